"""Counts near borders by looking at every pair of pixels, one class at a time."""

import numpy as np
import torch
from reference.boundary import boundary_band


def band_counts(label, prediction, reach, num_classes, ignore_index):
    """Inside of the band: [true positives, false negatives, false positives] of every class."""
    band = boundary_band(torch.from_numpy(label)[None], reach, ignore_index)[0].numpy()
    return confusion(label, prediction, band, num_classes, ignore_index)


def confusion(label, prediction, where, num_classes, ignore_index):
    counts = np.zeros((3, num_classes), int)
    for y, x in np.argwhere(where & (label != ignore_index)):
        true, predicted = label[y, x], prediction[y, x]
        for c in range(num_classes):
            if c == ignore_index:
                continue
            counts[0, c] += true == c == predicted
            counts[1, c] += true == c != predicted
            counts[2, c] += true != c == predicted
    return counts


def contour_counts(label, prediction, distance, rim, num_classes, ignore_index):
    """[in both, in the label's, in the prediction's] pixels near the end of the own mask."""
    known = label != ignore_index
    counts = np.zeros((3, num_classes), int)
    for c in range(num_classes):
        if c == ignore_index:
            continue
        inner = [_inner(known & (m == c), known, distance, rim) for m in (label, prediction)]
        counts[:, c] = (inner[0] & inner[1]).sum(), inner[0].sum(), inner[1].sum()
    return counts


def _inner(mask, known, distance, rim):
    height, width = mask.shape
    inner = np.zeros_like(mask)
    for y, x in np.argwhere(mask):
        for v in range(y - distance, y + distance + 1):
            for u in range(x - distance, x + distance + 1):
                if not (0 <= v < height and 0 <= u < width):
                    inner[y, x] |= rim
                elif known[v, u] and not mask[v, u]:
                    inner[y, x] = True
    return inner


def matches(label, prediction, tolerance, num_classes, ignore_index):
    """(hits, lengths), each [of the label's contour, of the prediction's] x classes."""
    known = label != ignore_index
    hits, lengths = np.zeros((2, 2, num_classes), int)
    for c in range(num_classes):
        if c == ignore_index:
            continue
        contours = [_contour(m == c, known) for m in (label, prediction)]
        for i, (own, other) in enumerate((contours, contours[::-1])):
            lengths[i, c] = len(own)
            hits[i, c] = sum(
                any((y - v) ** 2 + (x - u) ** 2 <= tolerance**2 for v, u in other) for y, x in own
            )
    return hits, lengths


def _contour(mask, known):
    height, width = mask.shape
    contour = []
    for y in range(height):
        for x in range(width):
            beside = [(y, x + 1), (y + 1, x), (y + 1, x + 1)]
            if any(
                v < height
                and u < width
                and known[y, x]
                and known[v, u]
                and mask[y, x] != mask[v, u]
                for v, u in beside
            ):
                contour.append((y, x))
    return contour
