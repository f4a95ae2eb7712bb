import numpy as np
import pytest

from mmseg_scr.prediction.label_pictures import label_map_reason
from mmseg_scr.visualization.panels import colorize

PALETTE = [[128, 64, 128], [70, 70, 70], [0, 0, 142], [0, 0, 0]]
LABELS = np.repeat(np.arange(4), 50)[None].repeat(90, 0)


def bgr(values):
    return np.repeat(values.astype(np.uint8)[..., None], 3, axis=-1)


def test_a_map_in_the_colours_of_the_classes_is_told():
    coloured = colorize(LABELS, PALETTE)[..., ::-1]
    assert 'its 4 colours are colours of classes' in label_map_reason(coloured, PALETTE)


def test_a_map_of_indices_is_told_also_with_unlabelled_pixels():
    labels = np.where(LABELS == 3, 255, LABELS)
    assert 'indices of the 4 classes' in label_map_reason(bgr(labels), PALETTE)


@pytest.mark.parametrize(
    'picture',
    [
        np.random.default_rng(0).integers(0, 255, (40, 40, 3), dtype=np.uint8),
        bgr(np.linspace(0, 255, 1600).reshape(40, 40)),
        bgr(np.random.default_rng(0).integers(0, 4, (40, 40))),
        bgr(np.zeros((40, 40))),
        bgr(np.full((40, 40), 70)),
        bgr(np.where(np.eye(40), 255, 0)),
        np.full((1, 1, 3), 3, np.uint8),
    ],
    ids=['noise', 'gradient', 'dark and noisy', 'black', 'flat', 'black on white', 'one pixel'],
)
def test_pictures_are_let_through(picture):
    assert label_map_reason(picture, PALETTE) is None


def test_one_pixel_of_another_colour_makes_it_a_picture():
    coloured = colorize(LABELS, PALETTE)[..., ::-1].copy()
    coloured[0, 0] = 1, 2, 3
    assert label_map_reason(coloured, PALETTE) is None


def test_a_dark_scan_is_a_picture_also_to_a_model_of_many_classes():
    down, across = np.mgrid[:512, :512] - 256
    scan = bgr(np.clip(140 - np.hypot(down, across), 0, 140) * (np.hypot(down, across) < 90))
    assert label_map_reason(scan, [[i, 9, 7] for i in range(150)]) is None


@pytest.mark.parametrize('count', [255, 256, 300])
def test_grey_pictures_are_let_through_where_classes_have_all_values(count):
    palette = [[i % 256, i // 256, 7] for i in range(count)]
    page = bgr(np.where(LABELS == 2, 200, 240))
    assert (label_map_reason(page, palette) is None) == (count > 255)
