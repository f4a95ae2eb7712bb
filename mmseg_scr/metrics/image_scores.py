"""IoU by image: means over images and over classes, and of the worst of them.

Wang et al., "Revisiting Evaluation Metrics for Semantic Segmentation", arXiv 2310.19252; code
https://github.com/zifuwanggg/JDTLosses (no licence). Differences: a class without an image is left
out of the means (there it counts as a million), and shares of images are cut in whole numbers.
"""

import numpy as np

from mmseg_scr.metrics.scores import intersection_over_union, mean_over


def image_class_iou(counts: np.ndarray) -> np.ndarray:
    """IoU of every class in every image whose label has it.

    Args:
        counts: (N, 3, K) true positives, false negatives, false positives.

    Returns:
        (N, K), nan where the label lacks the class, even if it is predicted there.
    """
    in_label = counts[:, :2].sum(1) > 0
    return np.where(in_label, intersection_over_union(counts), np.nan)


def mean_of_lowest(values: np.ndarray, share: int) -> float:
    """Mean of the lowest ``share`` percent of what is not nan, of at least one value.

    Args:
        values: (N,).
        share: percent, 1 to 100.

    Returns:
        nan if all are nan.
    """
    present = np.sort(values[~np.isnan(values)])
    lowest = present[: max(1, share * len(present) // 100)]
    return float(lowest.mean()) if len(lowest) else np.nan


def worst_by_class(values: np.ndarray, share: int) -> np.ndarray:
    """(N, K) -> (K,) mean of the lowest ``share`` percent of the images that have the class."""
    return np.array([mean_of_lowest(of_class, share) for of_class in values.T])


def image_means(values: np.ndarray) -> np.ndarray:
    """(N, K) -> (N,) mean over the classes of each image, nan without known pixels."""
    return mean_over(values, axis=1)
