import cv2
import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngImageFile

from mmseg_scr.datasets import LoadNamedAnnotations


def entry(path, **options):
    return dict(
        seg_map_path=str(path), seg_fields=[], label_map=None, reduce_zero_label=False, **options
    )


def test_loads_what_the_file_holds(tmp_path):
    label = np.arange(12, dtype=np.uint8).reshape(3, 4)
    cv2.imwrite(str(tmp_path / 'a.png'), label)
    results = LoadNamedAnnotations().transform(entry(tmp_path / 'a.png'))
    np.testing.assert_array_equal(results['gt_seg_map'], label)
    assert results['seg_fields'] == ['gt_seg_map']


def test_a_damaged_label_map_is_named_with_the_fix(tmp_path):
    (tmp_path / 'broken.png').write_bytes(b'no picture')
    with pytest.raises(OSError, match=r'cannot read .*broken\.png.*restore it'):
        LoadNamedAnnotations().transform(entry(tmp_path / 'broken.png'))


def test_other_errors_stay_what_they_are(tmp_path):
    cv2.imwrite(str(tmp_path / 'a.png'), np.zeros((3, 4), np.uint8))
    broken = entry(tmp_path / 'a.png')
    del broken['seg_fields']
    with pytest.raises(KeyError, match='seg_fields'):
        LoadNamedAnnotations().transform(broken)


def test_inference_has_no_label_map_to_load():
    results = dict(img=np.zeros((3, 4, 3), np.uint8))
    assert LoadNamedAnnotations().transform(results) is results


@pytest.mark.parametrize('suffix', ['.png', '.tif'])
def test_a_map_of_16_bits_is_refused_where_8_would_change_it(tmp_path, suffix):
    """300 would be read as class 44, without a word."""
    path = tmp_path / f'wide{suffix}'
    cv2.imwrite(str(path), np.array([[0, 300, 255], [7, 65535, 7]], np.uint16))
    message = rf'wide\{suffix} holds the label\(s\) \[300, 65535\], .*300 is 44.*astype'
    with pytest.raises(ValueError, match=message):
        LoadNamedAnnotations().transform(entry(path))


def test_a_map_of_16_bits_that_fits_8_is_read(tmp_path):
    label = np.array([[0, 18, 255], [1, 2, 3]], np.uint16)
    cv2.imwrite(str(tmp_path / 'a.png'), label)
    results = LoadNamedAnnotations().transform(entry(tmp_path / 'a.png'))
    np.testing.assert_array_equal(results['gt_seg_map'], label)
    assert results['gt_seg_map'].dtype == np.uint8


def test_width_is_judged_before_classes_are_joined(tmp_path):
    cv2.imwrite(str(tmp_path / 'a.png'), np.array([[300]], np.uint16))
    joined = entry(tmp_path / 'a.png') | dict(label_map={44: 1})
    with pytest.raises(ValueError, match=r'\[300\]'):
        LoadNamedAnnotations().transform(joined)


def test_the_file_is_looked_at_again_only_for_its_header(tmp_path, monkeypatch):
    cv2.imwrite(str(tmp_path / 'a.png'), np.zeros((3, 4), np.uint8))
    decoded = []
    load = Image.Image.load
    monkeypatch.setattr(PngImageFile, 'load', lambda self: decoded.append(self) or load(self))
    LoadNamedAnnotations(imdecode_backend='cv2').transform(entry(tmp_path / 'a.png'))
    assert decoded == []
