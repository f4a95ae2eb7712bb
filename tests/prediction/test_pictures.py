import io

import cv2
import numpy as np
import pytest
from PIL import Image

from mmseg_scr.prediction.pictures import read_picture, to_bgr

RED = (0, 0, 255)  # BGR


@pytest.fixture
def red_left(tmp_path):
    """(H, W) = (8, 16), red on the left half and black on the right; RGB, as Pillow has it."""
    picture = np.zeros((8, 16, 3), np.uint8)
    picture[:, :8, 0] = 255
    return picture


@pytest.mark.parametrize('suffix', ['.png', '.jpg', '.bmp', '.tif', '.webp'])
def test_colours_are_bgr_whatever_the_format(red_left, suffix, tmp_path):
    Image.fromarray(red_left).save(tmp_path / f'x{suffix}')
    picture = read_picture(tmp_path / f'x{suffix}')
    assert picture.shape == (8, 16, 3)
    assert picture.dtype == np.uint8
    assert np.abs(picture[4, 2].astype(int) - RED).max() < 12


@pytest.mark.parametrize('kind', ['colour', 'grey', 'alpha', '16 bits', '16 bits grey', 'jpeg'])
def test_values_are_those_of_mmsegs_loader(kind, tmp_path):
    generator = np.random.default_rng(0)
    shape = {'grey': (9, 7), '16 bits grey': (9, 7), 'alpha': (9, 7, 4)}.get(kind, (9, 7, 3))
    high = 65535 if '16' in kind else 255
    values = generator.integers(0, high, shape, dtype=np.uint16 if '16' in kind else np.uint8)
    path = str(tmp_path / ('x.jpg' if kind == 'jpeg' else 'x.png'))
    cv2.imwrite(path, values)
    np.testing.assert_array_equal(read_picture(path), cv2.imread(path, cv2.IMREAD_COLOR))


@pytest.mark.parametrize(
    ('orientation', 'corner'), [(1, (0, 0)), (3, (-1, -1)), (6, (0, -1)), (8, (-1, 0))]
)
def test_the_rotation_that_a_camera_notes_is_applied(red_left, orientation, corner, tmp_path):
    red_left[:, :8] = 0
    red_left[0, 0] = (255, 0, 0)
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(red_left).save(tmp_path / 'x.png', exif=exif)
    picture = read_picture(tmp_path / 'x.png')
    assert picture.shape[:2] == ((8, 16) if orientation in (1, 3) else (16, 8))
    assert tuple(picture[corner]) == RED


@pytest.mark.parametrize('mode', ['1', 'L', 'P', 'LA', 'RGBA', 'CMYK'])
def test_every_mode_becomes_three_channels(mode):
    picture = to_bgr(Image.new('RGB', (4, 3), 'white').convert(mode))
    assert picture.shape == (3, 4, 3)
    assert picture.min() == 255


def test_opacity_is_dropped_without_blending():
    picture = Image.new('RGBA', (2, 2), (255, 0, 0, 0))
    assert tuple(to_bgr(picture)[0, 0]) == RED


def test_fractions_and_more_than_16_bits_are_refused():
    with pytest.raises(ValueError, match='no agreed range'):
        to_bgr(Image.fromarray(np.zeros((2, 2), np.float32)))
    with pytest.raises(ValueError, match='holds 0 to 70000'):
        to_bgr(Image.fromarray(np.array([[0, 70000]], np.int32)))


def broken(kind):
    buffer = io.BytesIO()
    noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3), dtype=np.uint8)
    Image.fromarray(noise).save(buffer, kind)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ('content', 'reason'),
    [
        (b'', 'empty'),
        (b'no picture at all', 'no picture, or of a format'),
        (broken('JPEG')[:900], 'damaged'),
        (broken('PNG')[:900], 'damaged'),
        (broken('TIFF')[:900], 'damaged'),
    ],
    ids=['empty', 'text', 'jpeg', 'png', 'tiff'],
)
def test_what_is_broken_has_a_reason(content, reason, tmp_path):
    (tmp_path / 'x.jpg').write_bytes(content)
    with pytest.raises(ValueError, match=reason):
        read_picture(tmp_path / 'x.jpg')


def test_a_picture_beyond_pillows_limit_is_refused(monkeypatch, tmp_path):
    monkeypatch.setattr(Image, 'MAX_IMAGE_PIXELS', 100)
    Image.new('L', (20, 20)).save(tmp_path / 'x.png')
    with pytest.raises(ValueError, match='too large'):
        read_picture(tmp_path / 'x.png')
