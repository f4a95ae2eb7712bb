"""Outlines of regions that one prediction has right and another wrong."""

from dataclasses import dataclass

import cv2
import numpy as np

BETTER, WORSE = 'better', 'worse'


@dataclass(frozen=True)
class ChangedRegion:
    """A region in which one of two predictions is right and the other wrong.

    Attributes:
        kind: ``'better'`` where the second is right, ``'worse'`` where the first is.
        pixels: that changed so.
        outline: (N, 2) x and y around them in pixels, a closed line.
    """

    kind: str
    pixels: int
    outline: np.ndarray


def changed_regions(
    truth: np.ndarray,
    before: np.ndarray,
    after: np.ndarray,
    *,
    ignore_index: int = 255,
    margin: int | None = None,
    least: int | None = None,
    most: int = 5,
) -> list[ChangedRegion]:
    """Find the largest regions that improved or worsened.

    Changed pixels within twice the margin of each other are one region.

    Args:
        truth: (H, W) labels.
        before: (H, W) first prediction.
        after: (H, W) second prediction.
        ignore_index: label of pixels that do not count.
        margin: pixels between what changed and its outline; a sixtieth of the width by default.
        least: changed pixels of a region; a five hundredth of the image by default. What
            is smaller is not outlined.
        most: regions in all.

    Returns:
        The largest first.
    """
    known = truth != ignore_index
    right_before, right_after = before == truth, after == truth
    margin = max(1, round(truth.shape[1] / 60)) if margin is None else margin
    least = max(1, truth.size // 500) if least is None else least
    masks = {BETTER: right_after & ~right_before, WORSE: right_before & ~right_after}
    regions = [
        region for kind, mask in masks.items() for region in _regions(kind, mask & known, margin)
    ]
    large = [region for region in regions if region.pixels >= least]
    return sorted(large, key=lambda region: -region.pixels)[:most]


def _regions(kind: str, mask: np.ndarray, margin: int) -> list[ChangedRegion]:
    side = 2 * margin + 1
    window = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    padded = np.pad(mask.astype(np.uint8), margin)
    number, segments = cv2.connectedComponents(cv2.dilate(padded, window), connectivity=8)
    sizes = np.bincount(segments[padded > 0], minlength=number)
    regions = []
    for i in range(1, number):
        segment = (segments == i).astype(np.uint8)
        outlines, _ = cv2.findContours(segment, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        line = _smooth(max(outlines, key=len)[:, 0] - margin, margin)
        line = line.clip(0, [size - 1 for size in mask.shape[::-1]])
        regions.append(ChangedRegion(kind, int(sizes[i]), line))
    return regions


def _smooth(line: np.ndarray, reach: int) -> np.ndarray:
    """Mean of each point of a closed line with its neighbours, closed again."""
    shifts = range(-reach, reach + 1)
    smooth = np.mean([np.roll(line, shift, axis=0) for shift in shifts], axis=0)
    return np.concatenate([smooth, smooth[:1]])
