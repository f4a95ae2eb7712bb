"""Eq. 3 read as the text explains it: every pixel mixes the offsets of its 3x3 window."""

import torch
from torch import Tensor


def combine_by_loops(offset: Tensor, weights: Tensor) -> Tensor:
    """Mix offset (B, 2, H, W) by weights (B, 9, H, W), k row by row; outside counts as zero."""
    batch, _, height, width = offset.shape
    out = torch.zeros(batch, 2, height, width, dtype=torch.float64)
    for b in range(batch):
        for row in range(height):
            for column in range(width):
                for k in range(9):
                    n, m = row + k // 3 - 1, column + k % 3 - 1
                    if 0 <= n < height and 0 <= m < width:
                        out[b, :, row, column] += weights[b, k, row, column] * offset[b, :, n, m]
    return out
