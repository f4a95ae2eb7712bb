"""Eq. 4 as it is printed: for every output pixel, a sum over every pixel of the map."""

import torch
from torch import Tensor


def warp_by_double_sum(x: Tensor, offset: Tensor) -> Tensor:
    """Sample x (B, C, H, W) at own position + offset (B, 2, H, W); channel 0 of offset is right."""
    batch, channels, height, width = x.shape
    out = torch.zeros(batch, channels, height, width, dtype=torch.float64)
    for b in range(batch):
        for row in range(height):
            for column in range(width):
                at_x = column + float(offset[b, 0, row, column])
                at_y = row + float(offset[b, 1, row, column])
                for n in range(height):
                    for m in range(width):
                        near = max(0.0, 1 - abs(at_x - m)) * max(0.0, 1 - abs(at_y - n))
                        if near > 0:
                            out[b, :, row, column] += near * x[b, :, n, m].double()
    return out


def resample_by_loops(x: Tensor, size: tuple[int, int], align_corners: bool = False) -> Tensor:
    """Resize x (B, C, h, w) bilinearly with the corner of each output pixel found by hand."""
    height, width = x.shape[-2:]
    out = torch.zeros(*x.shape[:2], *size, dtype=torch.float64)
    for row in range(size[0]):
        for column in range(size[1]):
            at_y = _source(row, height, size[0], align_corners)
            at_x = _source(column, width, size[1], align_corners)
            for n in range(height):
                for m in range(width):
                    near = max(0.0, 1 - abs(at_x - m)) * max(0.0, 1 - abs(at_y - n))
                    out[:, :, row, column] += near * x[:, :, n, m].double()
    return out


def _source(index: int, size: int, target: int, align_corners: bool) -> float:
    if align_corners:
        return index * (size - 1) / (target - 1) if target > 1 else 0.0
    return min(max((index + 0.5) * size / target - 0.5, 0.0), size - 1.0)
