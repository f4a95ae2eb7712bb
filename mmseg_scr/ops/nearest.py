"""Nearest resizing by integers, so that no rounding decides which pixel is read.

A float map of indices, also that of ``mode='nearest-exact'``, differs where a fine centre lies on
the edge of two coarse pixels; a kernel and the window that it belongs to could then disagree.
"""

import torch
from torch import Tensor


def nearest_index(source: int, target: int, *, device: torch.device) -> Tensor:
    """(target,): the pixel of a row of ``source`` whose area holds the centre of each new pixel.

    Example:
        >>> nearest_index(3, 5, device=torch.device('cpu'))
        tensor([0, 0, 1, 2, 2])
    """
    centers = 2 * torch.arange(target, device=device) + 1  # in halves of a new pixel
    return (centers * source).div(2 * target, rounding_mode='floor')


def resize_nearest(x: Tensor, size: tuple[int, int]) -> Tensor:
    """(B, C, h, w) -> (B, C, H, W) by :func:`nearest_index`, at any ratio."""
    for axis, target in zip((2, 3), size, strict=True):
        x = x.index_select(axis, nearest_index(x.shape[axis], target, device=x.device))
    return x
