"""Every wrong pixel of a class as an error of the boundary, of the extent, or of a whole segment.

Bernhard et al., "What's Outside the Intersection?", WACV 2024; written from the definition, code
https://github.com/mxbh/beyond-iou (no licence). Differences: only known pixels take part (there an
ignored pixel can serve as a right "no" and joins segments), and a width is at least one pixel.
"""

import cv2
import numpy as np

from mmseg_scr.metrics.class_codes import UNKNOWN

COLUMNS = (
    'TP',
    'FP_boundary',
    'FN_boundary',
    'FP_extent',
    'FN_extent',
    'FP_segment',
    'FN_segment',
)
_TOUCH = 1  # the eight neighbours


def count_error_kinds(
    label: np.ndarray, prediction: np.ndarray, *, num_classes: int, width: int
) -> np.ndarray:
    """Count one image.

    A boundary error lies in a seam between right pixels inside and outside of the class whose
    middle is within ``width`` of both. Of the other errors those whose segment (of the prediction
    for a false positive, of the label for a false negative) is partly right are of the extent.

    Args:
        label: (H, W) codes, see ``class_codes``.
        prediction: (H, W) codes.
        num_classes: K.
        width: Euclidean, in pixels, at least 1. A straight border that is off by less than twice
            this is a boundary error.

    Returns:
        (7, K) int64 in the order of ``COLUMNS``; their sum is the union of the class.
    """
    counts = np.zeros((len(COLUMNS), num_classes), np.int64)
    # One class at a time: "inside" and "outside" are other sets for each. Most are small.
    for code in range(1, num_classes + 1):
        mask_of_label, mask_of_prediction = label == code, prediction == code
        left, top, columns, rows = cv2.boundingRect(
            (mask_of_label | mask_of_prediction).view(np.uint8)
        )
        if rows == 0:
            continue
        box = tuple(
            slice(max(start - width - _TOUCH, 0), start + length + width + _TOUCH)
            for start, length in ((top, rows), (left, columns))
        )
        counts[:, code - 1] = _count_class(
            mask_of_label[box], mask_of_prediction[box], label[box] != UNKNOWN, width
        )
    return counts


def _count_class(
    label: np.ndarray, prediction: np.ndarray, known: np.ndarray, width: int
) -> list[int]:
    hit = label & prediction
    rejected = known & ~(label | prediction)
    near_both = _within(hit, width) & _within(rejected, width)
    counts = [np.count_nonzero(hit)]
    kinds = [
        _split(mask & ~hit, near_both, mask, hit, rejected, width) for mask in (prediction, label)
    ]
    for false_positives, false_negatives in zip(*kinds, strict=True):
        counts += [false_positives, false_negatives]
    return counts


def _split(
    errors: np.ndarray,
    near_both: np.ndarray,
    mask: np.ndarray,
    hit: np.ndarray,
    rejected: np.ndarray,
    width: int,
) -> tuple[int, int, int]:
    """Numbers of boundary, extent and segment errors among the errors in ``mask``."""
    grown = errors & _within(errors & near_both, width)
    seam = _in_segments_that_meet(grown, grown, _within(hit, _TOUCH), _within(rejected, _TOUCH))
    # A place is an index into the flattened map: errors are few, and maps are large.
    rest = errors.copy()
    rest.reshape(-1)[seam] = False
    beyond = np.count_nonzero(rest)
    in_extent = len(_in_segments_that_meet(rest, mask, hit))
    return len(seam), in_extent, beyond - in_extent


def _in_segments_that_meet(wanted: np.ndarray, mask: np.ndarray, *others: np.ndarray) -> np.ndarray:
    """Places of ``wanted`` in 8-connected segments of ``mask`` with a pixel in each of ``others``.

    Args:
        wanted: (H, W) bool, part of ``mask``.
        mask: (H, W) bool.
        others: (H, W) bool each.

    Returns:
        (N,) indices into the flattened maps.
    """
    places = np.flatnonzero(wanted)
    if len(places) == 0:
        return places
    number, segment = cv2.connectedComponents(mask.view(np.uint8), connectivity=8)
    kept = np.ones(number, bool)
    for other in others:
        meets = np.zeros(number, bool)
        meets[segment[other & mask]] = True
        kept &= meets
    return places[kept[segment.reshape(-1)[places]]]


def _within(mask: np.ndarray, distance: int) -> np.ndarray:
    """Pixels closer to ``mask`` than ``distance`` + 0.5, Euclidean; the mask is part of them.

    The disc is the union of a few rectangles, and OpenCV grows by a rectangle in two quick passes.
    """
    grown = mask.view(np.uint8)
    result = np.zeros_like(grown)
    for half_height, half_width in _rectangles(distance):
        window = cv2.getStructuringElement(
            cv2.MORPH_RECT, (2 * half_width + 1, 2 * half_height + 1)
        )
        result |= cv2.dilate(grown, window)
    return result.view(bool)


def _rectangles(distance: int) -> list[tuple[int, int]]:
    """Half sides of the rectangles around the origin whose union is the disc."""
    limit = distance**2 + distance  # (distance + 0.5) squared, less what no integer reaches
    columns = np.arange(distance + 1)
    reach = [int(columns[columns**2 <= limit - row**2].max()) for row in range(distance + 1)]
    return [
        (row, reach[row])
        for row in range(distance + 1)
        if row == distance or reach[row + 1] < reach[row]
    ]
