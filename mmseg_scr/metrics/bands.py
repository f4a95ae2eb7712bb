"""Pixels near a pixel of another class, on maps of codes.

The same set as ``mmseg_scr.ops.boundary.boundary_band``, by OpenCV's dilation and erosion of the
map itself: a few milliseconds for 1024 x 2048 pixels, whatever the number of classes.
"""

from collections.abc import Sequence

import cv2
import numpy as np

from mmseg_scr.metrics.class_codes import UNKNOWN


def near_another_class(codes: np.ndarray, reach: int) -> np.ndarray:
    """Mark the known pixels that have a known pixel of another code within ``reach``.

    Args:
        codes: (H, W), see ``class_codes``.
        reach: rows and columns on either side (a square), at least 1.

    Returns:
        (H, W) bool. Unknown pixels and the rim of the image bound nothing.
    """
    # One rectangle in two passes; its size costs next to nothing.
    window = cv2.getStructuringElement(cv2.MORPH_RECT, (2 * reach + 1, 2 * reach + 1))
    # Minus one, 0 (unknown) becomes the largest value: it wins neither the maximum nor the minimum.
    highest = cv2.dilate(codes, window) - codes.dtype.type(1)
    lowest = cv2.erode(codes - codes.dtype.type(1), window)
    return (highest != lowest) & (codes != UNKNOWN)


def innermost_band(codes: np.ndarray, reaches: Sequence[int]) -> np.ndarray:
    """Number every pixel by the smallest of the bands that it lies in.

    Args:
        codes: (H, W), see ``class_codes``.
        reaches: ascending, at most 255.

    Returns:
        (H, W) uint8; i is in the band of ``reaches[i]`` and in no smaller one, ``len(reaches)`` in
        none.
    """
    number = np.full(codes.shape, len(reaches), np.uint8)
    for reach in reaches:
        number -= near_another_class(codes, reach)
    return number


def within_contour(codes: np.ndarray, distance: int, *, rim: bool) -> np.ndarray:
    """Mark the pixels of every class whose own mask ends within ``distance``.

    Args:
        codes: (H, W), see ``class_codes``.
        distance: at least 1, in rows and columns.
        rim: a mask ends where the image ends.

    Returns:
        (H, W) bool.
    """
    inside = near_another_class(codes, distance)
    if rim:
        inside[:distance] = inside[-distance:] = True
        inside[:, :distance] = inside[:, -distance:] = True
    return inside
