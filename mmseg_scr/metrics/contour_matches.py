"""How much of the contours of label and prediction lies near one another, all classes at once.

Csurka et al., BMVC 2013 (the measure); Perazzi et al., CVPR 2016 (the contour and its tolerance;
code https://github.com/fperazzi/davis, BSD-3-Clause, for one mask at a time). Differences: a border
to an ignored pixel is no contour, and a class without contours has no score (there: 1).

Every pixel holds one bit a class, so that a look at another pixel compares all classes.
"""

from collections.abc import Sequence

import numpy as np

from mmseg_scr.metrics.class_codes import UNKNOWN

CLASSES_AT_ONCE = 64  # bits of the largest integers
_NEIGHBORS = ((0, 1), (1, 0), (1, 1))  # right, below, below right


def count_matches(
    label: np.ndarray, prediction: np.ndarray, *, num_classes: int, tolerances: Sequence[int]
) -> dict[str, np.ndarray]:
    """Count one image.

    Args:
        label: (H, W) codes, see ``class_codes``.
        prediction: (H, W) codes.
        num_classes: K.
        tolerances: T Euclidean distances in pixels, at least 1, in any order.

    Returns:
        int64 arrays: ``lengths`` (2, K), pixels of the label's and the prediction's contours, and
        ``hits`` (T, 2, K), those that have a pixel of the other contour within the tolerance.
    """
    ascending = sorted(set(tolerances))
    lengths, hits = [], []
    for first in range(0, num_classes, CLASSES_AT_ONCE):
        classes = range(first, min(first + CLASSES_AT_ONCE, num_classes))
        maps = [_contours(codes, classes, ascending[-1]) for codes in (label, prediction)]
        lengths.append([_count_bits(m[m > 0], len(classes)) for m in maps])
        hits.append([_found(*pair, ascending, len(classes)) for pair in (maps, maps[::-1])])
    order = [ascending.index(tolerance) for tolerance in tolerances]
    return dict(
        lengths=np.concatenate(lengths, axis=1),
        hits=np.concatenate(hits, axis=2).transpose(1, 0, 2)[order],
    )


def _contours(codes: np.ndarray, classes: range, margin: int) -> np.ndarray:
    """(H, W) -> (H + 2 margin, W + 2 margin) uint64, bit i set on contours of ``classes[i]``."""
    height, width = codes.shape
    bit_of = np.zeros(np.iinfo(codes.dtype).max + 1, np.uint64)
    bit_of[classes.start + 1 : classes.stop + 1] = np.uint64(1) << np.arange(
        len(classes), dtype=np.uint64
    )
    bits = np.zeros((height + 2 * margin, width + 2 * margin), np.uint64)
    for down, right in _NEIGHBORS:
        here, there = codes[: height - down, : width - right], codes[down:, right:]
        rows, columns = np.nonzero((here != there) & (here != UNKNOWN) & (there != UNKNOWN))
        ends = bit_of[here[rows, columns]] | bit_of[there[rows, columns]]
        bits[rows + margin, columns + margin] |= ends
    return bits


def _found(
    wanted: np.ndarray, other: np.ndarray, tolerances: Sequence[int], num_classes: int
) -> np.ndarray:
    """(T, K): pixels of the contours in ``wanted`` with one of ``other`` within each tolerance."""
    flat = other.reshape(-1)
    places = np.flatnonzero(wanted)
    missing = wanted.reshape(-1)[places]
    total = _count_bits(missing, num_classes)
    found = []
    previous = -1
    for tolerance in tolerances:
        for steps in _circles(previous, tolerance, wanted.shape[1]):
            for step in steps:
                missing &= ~flat[places + step]
            # Nearly all of a good prediction is found nearby: what is left gets short quickly.
            left = missing != 0
            places, missing = places[left], missing[left]
        found.append(total - _count_bits(missing, num_classes))
        previous = tolerance**2
    return np.stack(found)


def _circles(beyond: int, tolerance: int, row_length: int) -> list[np.ndarray]:
    """Steps in a flat map to squared distances in (beyond, tolerance squared], nearest first."""
    side = np.arange(-tolerance, tolerance + 1)
    squared = side[:, None] ** 2 + side**2
    steps = side[:, None] * row_length + side
    return [
        steps[squared == distance]
        for distance in np.unique(squared)
        if beyond < distance <= tolerance**2
    ]


def _count_bits(values: np.ndarray, num_classes: int) -> np.ndarray:
    """(N,) uint64 -> (K,) how often each bit is set."""
    # One class at a time: unpacked at once, the bits would take 64 times the memory.
    return np.array(
        [np.count_nonzero(values & np.uint64(1 << i)) for i in range(num_classes)], np.int64
    )
