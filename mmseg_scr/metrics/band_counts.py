"""Counts from which IoU inside and outside of bands and Boundary IoU are made.

Band: Krähenbühl & Koltun, arXiv 1210.5644, Sec. 5 (there pixel errors), with one band for all
classes and the confusion inside it summed over images. Boundary IoU: Cheng et al., arXiv
2103.16562; code https://github.com/bowenc0221/boundary-iou-api (BSD-2-Clause), which counts one
mask at a time. Here all classes are counted at once, and ignored pixels bound nothing; without
ignored pixels the counts are those of that code.
"""

from collections.abc import Sequence

import numpy as np

from mmseg_scr.metrics.bands import innermost_band, within_contour


def count_bands(
    label: np.ndarray,
    prediction: np.ndarray,
    *,
    num_classes: int,
    reaches: Sequence[int] = (),
    distance: int | None = None,
    rim: bool = True,
) -> dict[str, np.ndarray]:
    """Count one image.

    Args:
        label: (H, W) codes, see ``class_codes``.
        prediction: (H, W) codes.
        num_classes: K.
        reaches: B reaches of bands around the borders of the label, in any order.
        distance: of Boundary IoU, in pixels; None leaves it out.
        rim: the rim of the image is a border for Boundary IoU.

    Returns:
        int64 arrays: ``all`` (3, K) and ``band`` (B, 3, K), true positives, false negatives, false
        positives each; with ``distance`` also ``contour`` (3, K), what lies within that distance
        inside both masks' borders, the label's, the prediction's.
    """
    ascending = sorted(set(reaches))
    stratum = innermost_band(label, ascending)
    if distance is not None:
        stratum = stratum.astype(np.uint16) * 4
        stratum += within_contour(label, distance, rim=rim) * np.uint16(2)
        stratum += within_contour(prediction, distance, rim=rim)
    contours = 1 if distance is None else 4
    counts = count_strata(label, prediction, stratum, (len(ascending) + 1) * contours, num_classes)
    counts = counts.reshape(3, num_classes, -1, contours)
    by_band = counts.sum(3).cumsum(2)  # smaller bands are part of larger ones
    order = [ascending.index(reach) for reach in reaches]
    result = dict(all=by_band[..., -1], band=by_band[..., order].transpose(2, 0, 1))
    if distance is not None:
        right, missed, wrong = counts.sum(2)  # (K, 4): in neither, the prediction's, label's, both
        in_label = (right + missed)[:, 2:].sum(1)
        in_prediction = (right + wrong)[:, 1::2].sum(1)
        result['contour'] = np.stack([right[:, 3], in_label, in_prediction])
    return result


def count_strata(
    label: np.ndarray,
    prediction: np.ndarray,
    stratum: np.ndarray,
    strata: int,
    num_classes: int,
) -> np.ndarray:
    """Count true positives, false negatives and false positives of every class in every stratum.

    Args:
        label: (H, W) codes, see ``class_codes``.
        prediction: (H, W) codes.
        stratum: (H, W) unsigned integers below ``strata``.
        strata: S.
        num_classes: K.

    Returns:
        (3, K, S) int64.
    """
    codes = num_classes + 2
    # One histogram of pairs is several times faster than three, unless most of its bins stay empty.
    count = _count_pairs if codes**2 * strata <= 4 * label.size else _count_codes
    right, in_label, in_prediction = count(label, prediction, stratum, strata, codes)
    return np.stack([right, in_label - right, in_prediction - right])[:, 1:-1]


def _count_pairs(
    label: np.ndarray, prediction: np.ndarray, stratum: np.ndarray, strata: int, codes: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(codes, S) pixels of each code in both maps, in the label, in the prediction."""
    bins = codes**2 * strata
    index = label.astype(np.uint16 if bins <= 2**16 else np.uint32)
    index *= codes
    index += prediction
    index *= strata
    index += stratum
    confusion = np.bincount(index.ravel(), minlength=bins).reshape(codes, codes, strata)
    return confusion[np.arange(codes), np.arange(codes)], confusion.sum(1), confusion.sum(0)


def _count_codes(
    label: np.ndarray, prediction: np.ndarray, stratum: np.ndarray, strata: int, codes: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """:func:`_count_pairs` without a table of all pairs."""
    in_label, in_prediction = (
        codes_of.astype(np.uint32) * strata + stratum for codes_of in (label, prediction)
    )
    in_both = in_label[label == prediction]
    histograms = (
        np.bincount(index.ravel(), minlength=codes * strata)
        for index in (in_both, in_label, in_prediction)
    )
    return tuple(histogram.reshape(codes, strata) for histogram in histograms)
