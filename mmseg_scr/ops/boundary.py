"""Pixels near the border between two classes (the "trimap" of arXiv 1210.5644, Sec. 5)."""

import torch
import torch.nn.functional as F
from torch import Tensor


def boundary_band(labels: Tensor, width: int, ignore_index: int) -> Tensor:
    """Mark every pixel that has a pixel of another class at most ``width`` rows and columns away.

    Ignored pixels are never marked and are no class: beside them alone nothing is marked, and
    neither is the rim of the image.

    Args:
        labels: (B, H, W) integers below 2**24 in absolute value.
        width: reach of the band on either side of a border, in pixels, at least 1.
        ignore_index: label of pixels that do not count.

    Returns:
        (B, H, W) bool.

    Raises:
        ValueError: ``width`` is below 1 or ``labels`` is not (B, H, W).
    """
    if width < 1 or labels.dim() != 3:
        raise ValueError(
            f'labels must be (B, H, W) and width at least 1, got labels {tuple(labels.shape)} '
            f'and width {width}'
        )
    known = labels != ignore_index
    values = labels.unsqueeze(1).to(torch.float32)
    nothing = torch.finfo(torch.float32).min
    highest = _window_max(values.masked_fill(~known.unsqueeze(1), nothing), width)
    lowest = -_window_max((-values).masked_fill(~known.unsqueeze(1), nothing), width)
    return known & ((highest != values) | (lowest != values)).squeeze(1)


def _window_max(x: Tensor, reach: int) -> Tensor:
    """(B, 1, H, W) -> the maximum over (2 reach + 1) x (2 reach + 1) pixels around each."""
    side = 2 * reach + 1
    rows = F.max_pool2d(x, (side, 1), stride=1, padding=(reach, 0))
    return F.max_pool2d(rows, (1, side), stride=1, padding=(0, reach))
