import numpy as np
import pytest

from mmseg_scr.datasets import CheckLabels


def sample(label, image_size=None, **extra):
    label = np.asarray(label)
    image = np.zeros((*(image_size or label.shape[:2]), 3), np.uint8)
    paths = dict(img_path='images/a.jpg', seg_map_path='annotations/a.png')
    return dict(img=image, gt_seg_map=label, **paths, **extra)


def test_labels_in_range_and_ignored_ones_pass_unchanged():
    results = sample(np.array([[0, 10], [255, 3]], np.uint8))
    label = results['gt_seg_map'].copy()
    assert CheckLabels(11)(results) is results
    np.testing.assert_array_equal(results['gt_seg_map'], label)


def test_values_out_of_range_are_listed_with_the_file_and_the_range():
    label = np.array([[0, 12, 12], [40, 10, 255]], np.uint8)
    message = (
        r'label annotations/a\.png \(image images/a\.jpg\) holds the label\(s\) \[12, 40\]; '
        r'allowed are 0 to 10 \(num_classes=11, reduce_zero_label=False\) and ignore_index=255\. '
        r'Set num_classes.*map the labels.*reduce_zero_label=True'
    )
    with pytest.raises(ValueError, match=message):
        CheckLabels(11)(sample(label))


def test_first_value_beyond_the_classes_is_refused():
    label = np.array([[11]], np.uint8)
    CheckLabels(12)(sample(label))
    with pytest.raises(ValueError, match=r'\[11\]'):
        CheckLabels(11)(sample(label))


def test_255_is_refused_when_another_index_is_ignored():
    label = np.array([[0, 255, 2]], np.uint8)
    with pytest.raises(ValueError, match=r'\[255\].*0 to 1 .*ignore_index=2'):
        CheckLabels(2, ignore_index=2)(sample(label))


def test_negative_label_is_refused_unless_ignored():
    label = np.array([[0, -1]], np.int64)
    CheckLabels(2, ignore_index=-1)(sample(label))
    with pytest.raises(ValueError, match=r'\[-1\]'):
        CheckLabels(2)(sample(label))


def test_long_lists_of_values_are_cut():
    label = np.arange(100, dtype=np.uint8)[None]
    with pytest.raises(ValueError, match=r'\[5, 6, 7, 8, 9, 10, 11, 12, \.\.\.\]'):
        CheckLabels(5)(sample(label))


def test_more_than_256_classes_are_possible():
    CheckLabels(300)(sample(np.array([[0, 200]], np.uint8)))
    with pytest.raises(ValueError, match=r'\[301\]'):
        CheckLabels(300)(sample(np.array([[299, 301]], np.int64)))


def test_other_size_than_the_image_names_both():
    results = sample(np.zeros((4, 6), np.uint8), image_size=(4, 5))
    message = r'annotations/a\.png has the shape \(4, 6\).*images/a\.jpg is \(4, 5\)'
    with pytest.raises(ValueError, match=message):
        CheckLabels(11)(results)


def test_label_may_have_the_size_before_the_test_pipeline_resized_the_image():
    label = np.zeros((4, 6), np.uint8)
    CheckLabels(11)(sample(label, image_size=(8, 12), ori_shape=(4, 6)))


def test_colour_label_is_explained():
    results = sample(np.zeros((4, 6, 3), np.uint8))
    with pytest.raises(ValueError, match=r'\(4, 6, 3\).*index PNG with one channel'):
        CheckLabels(11)(results)


def test_num_classes_must_be_positive():
    with pytest.raises(ValueError, match='got 0'):
        CheckLabels(0)


def test_inference_without_labels_passes():
    results = dict(img=np.zeros((4, 6, 3), np.uint8))
    assert CheckLabels(num_classes=2).transform(results) is results


def test_values_are_those_of_the_file_where_zero_was_reduced():
    label = np.array([[0, 150, 255]], np.uint8)  # 1, 151 and 0 in the file
    results = sample(label) | dict(reduce_zero_label=True)
    with pytest.raises(ValueError, match=r'holds the label\(s\) \[151\]; allowed are 1 to 150 '):
        CheckLabels(150)(results)
