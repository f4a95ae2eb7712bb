"""From summed counts to scores: fractions, nan where a class does not occur."""

import numpy as np


def ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Divide; 0 / 0 is nan, in silence."""
    part, whole = np.broadcast_arrays(part, whole)
    return np.divide(part, whole, out=np.full(whole.shape, np.nan), where=whole > 0)


def mean_over(values: np.ndarray, axis: int | None = None) -> np.ndarray:
    """Mean of what is not nan; nan where nothing is left, in silence."""
    present = ~np.isnan(values)
    return ratio(np.where(present, values, 0).sum(axis), present.sum(axis))


def intersection_over_union(counts: np.ndarray) -> np.ndarray:
    """(..., 3, K) true positives, false negatives, false positives -> (..., K)."""
    return ratio(counts[..., 0, :], counts.sum(-2))


def boundary_intersection_over_union(counts: np.ndarray) -> np.ndarray:
    """(3, K) pixels inside both contours, the label's, the prediction's -> (K,)."""
    both, of_label, of_prediction = counts
    return ratio(both, of_label + of_prediction - both)


def f_score(hits: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """Harmonic mean of the shares of both contours that are found near the other one.

    Args:
        hits: (..., 2, K) pixels of the label's and of the prediction's contour that were found.
        lengths: (2, K) pixels of those contours.

    Returns:
        (..., K): nan where neither has a contour, 0 where one has none or nothing was found.
    """
    found_label, found_prediction = (hits[..., i, :].astype(np.float64) for i in range(2))
    of_label, of_prediction = lengths.astype(np.float64)
    twice = 2 * found_label * found_prediction
    score = ratio(twice, found_prediction * of_label + found_label * of_prediction)
    return np.where(of_label + of_prediction > 0, np.nan_to_num(score, nan=0.0), np.nan)
