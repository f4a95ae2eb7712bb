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


def cosines_by_loops(x: Tensor, distance: int) -> Tensor:
    """Cosines of x (B, C, H, W) with the eight pixels around, by rows; 0 outside and of zeros."""
    batch, _, height, width = x.shape
    around = [(dy, dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1) if dy or dx]
    out = torch.zeros(batch, len(around), height, width, dtype=torch.float64)
    for row in range(height):
        for column in range(width):
            for k, (dy, dx) in enumerate(around):
                n, m = row + dy * distance, column + dx * distance
                if 0 <= n < height and 0 <= m < width:
                    own, other = x[:, :, row, column].double(), x[:, :, n, m].double()
                    lengths = own.norm(dim=1) * other.norm(dim=1)
                    cosine = (own * other).sum(dim=1) / lengths
                    out[:, k, row, column] = cosine.nan_to_num()
    return out
