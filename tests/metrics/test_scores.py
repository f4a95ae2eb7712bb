import numpy as np
import pytest

from mmseg_scr.metrics.scores import f_score, intersection_over_union, mean_over, ratio


@pytest.mark.filterwarnings('error')
def test_nothing_of_nothing_is_nan_in_silence():
    assert np.isnan(ratio(np.array([0]), np.array([0]))).all()
    assert np.isnan(mean_over(np.array([np.nan, np.nan])))
    assert np.isnan(mean_over(np.full((2, 3), np.nan), axis=1)).all()


def test_mean_leaves_out_classes_without_a_score():
    assert mean_over(np.array([0.2, np.nan, 0.4])) == pytest.approx(0.3)


def test_iou_of_right_missed_and_false_pixels():
    assert intersection_over_union(np.array([[3], [1], [2]])) == [0.5]


def test_f_score_of_hits_and_lengths():
    hits = np.array([[3, 0, 0, 0], [1, 0, 0, 0]])
    lengths = np.array([[4, 5, 0, 0], [4, 2, 3, 0]])
    # Recall 3/4, precision 1/4; nothing found; one has no contour; neither has.
    assert f_score(hits, lengths) == pytest.approx([0.375, 0, 0, np.nan], nan_ok=True)
