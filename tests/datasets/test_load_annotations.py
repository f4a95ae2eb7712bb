import cv2
import numpy as np
import pytest

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
