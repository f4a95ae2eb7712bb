import numpy as np
import pytest
import torch

from mmseg_scr.metrics.class_codes import class_codes, read_codes


@pytest.mark.parametrize('dtype', [np.int64, np.int32, np.int16, np.uint8, np.float32])
def test_codes_of_classes_unknown_and_other_values(dtype):
    label = np.array([[0, 2, 255, 255, 7]]).astype(dtype)
    prediction = np.array([[0, 200, 1, 255, 255]]).astype(dtype)
    codes = class_codes(label, prediction, 3, 255)
    assert [c.tolist() for c in codes] == [[[1, 3, 0, 0, 4]], [[1, 4, 0, 0, 4]]]


def test_negative_and_large_values_are_no_class():
    values = np.array([[-1, -256, 256, 2**40, 2]])
    codes, _ = class_codes(values, values, 3, 255)
    assert codes.tolist() == [[4, 4, 4, 4, 3]]


def test_ignored_class_that_is_predicted_is_no_class():
    label, prediction = np.array([[0, 1, 2]]), np.array([[2, 0, 0]])
    codes = class_codes(label, prediction, 3, 0)
    assert [c.tolist() for c in codes] == [[[0, 2, 3]], [[0, 4, 4]]]


@pytest.mark.parametrize('num_classes', [254, 255, 1000])
def test_many_classes_keep_codes_of_their_own(num_classes):
    values = np.arange(-1, num_classes + 1)[None]
    codes, _ = class_codes(values, values, num_classes, -1)
    assert codes.tolist() == [list(range(num_classes + 2))]


def test_byte_labels_with_more_classes_than_bytes():
    values = np.array([[0, 254, 255]], np.uint8)
    codes, _ = class_codes(values, values, 1000, 255)
    assert codes.tolist() == [[1, 255, 0]]


def test_maps_of_two_sizes_are_refused():
    with pytest.raises(ValueError, match=r'one size, got \(2, 3\) and \(2, 4\)'):
        class_codes(np.zeros((2, 3), int), np.zeros((2, 4), int), 3, 255)


def test_maps_that_are_one_pixel_high_keep_their_height():
    data = dict(data=torch.zeros(1, 1, 5, dtype=torch.long))
    codes = read_codes(dict(gt_sem_seg=data, pred_sem_seg=data), 3, 255)
    assert [c.shape for c in codes] == [(1, 5), (1, 5)]


def test_sample_without_label_is_refused_by_the_name_of_its_image():
    sample = dict(img_path='some/image.png', pred_sem_seg=dict(data=torch.zeros(1, 2, 2)))
    with pytest.raises(ValueError, match=r'no label for some/image\.png.*LoadAnnotations'):
        read_codes(sample, 3, 255)
