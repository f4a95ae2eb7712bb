"""Kinds of errors, one pixel after the other, with sets of pixels."""

import numpy as np


def error_kinds(label, prediction, width, num_classes, ignore_index):
    """(7, K): right, then false positives and negatives of boundary, extent and segment."""
    counts = np.zeros((7, num_classes), int)
    known = _pixels(label != ignore_index)
    for c in range(num_classes):
        if c == ignore_index:
            continue
        in_label = _pixels(label == c) & known
        in_prediction = _pixels(prediction == c) & known
        hit = in_label & in_prediction
        rejected = known - in_label - in_prediction
        counts[0, c] = len(hit)
        for offset, mask in ((1, in_prediction), (2, in_label)):
            errors = mask - hit
            core = _near(_near(errors, hit, width), rejected, width)
            grown = _near(errors, core, width)
            boundary = set()
            for segment in _segments(grown):
                if _touch(segment, hit) and _touch(segment, rejected):
                    boundary |= segment
            extent = set()
            for segment in _segments(mask):
                if segment & hit:
                    extent |= (segment & errors) - boundary
            counts[offset, c] = len(boundary)
            counts[offset + 2, c] = len(extent)
            counts[offset + 4, c] = len(errors - boundary - extent)
    return counts


def _pixels(mask):
    return {(int(y), int(x)) for y, x in np.argwhere(mask)}


def _near(pixels, others, width):
    limit = (width + 0.5) ** 2
    return {
        (y, x) for y, x in pixels if any((y - v) ** 2 + (x - u) ** 2 < limit for v, u in others)
    }


def _neighbors(pixel):
    y, x = pixel
    return {(y + i, x + j) for i in (-1, 0, 1) for j in (-1, 0, 1)} - {pixel}


def _touch(segment, others):
    return any(_neighbors(pixel) & others for pixel in segment)


def _segments(pixels):
    left, segments = set(pixels), []
    while left:
        front = {left.pop()}
        segment = set()
        while front:
            segment |= front
            front = {n for pixel in front for n in _neighbors(pixel)} & left
            left -= front
        segments.append(segment)
    return segments
