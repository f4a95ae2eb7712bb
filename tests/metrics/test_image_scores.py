import numpy as np
import pytest

from mmseg_scr.metrics.image_scores import image_class_iou, mean_of_lowest, worst_by_class


def test_class_counts_where_the_label_has_it():
    counts = np.array([[[1, 0, 0], [1, 0, 2], [0, 5, 0]]])  # right, missed, false
    assert image_class_iou(counts) == pytest.approx(np.array([[0.5, np.nan, 0]]), nan_ok=True)


@pytest.mark.parametrize(
    ('share', 'expected'), [(1, 0.1), (50, 0.15), (74, 0.15), (75, 0.2), (100, 0.25)]
)
def test_lowest_share_is_cut_down_to_whole_values_but_one(share, expected):
    values = np.array([0.4, np.nan, 0.1, 0.3, 0.2])
    assert mean_of_lowest(values, share) == pytest.approx(expected)


def test_seventy_percent_of_ninety_are_sixty_three():
    values = np.arange(90.0)
    assert mean_of_lowest(values, 70) == np.arange(63).mean()


def test_class_without_an_image_has_no_worst_ones():
    values = np.array([[0.5, np.nan], [0.3, np.nan]])
    assert worst_by_class(values, 5) == pytest.approx([0.3, np.nan], nan_ok=True)
