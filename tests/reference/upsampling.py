"""Sampling of groups of channels at free positions, pixel by pixel; the border is repeated."""

import math

import torch
from torch import Tensor


def sample_groups_by_loops(x: Tensor, position: Tensor) -> Tensor:
    """x (B, C, h, w), position (B, 2, G, H, W) from the first centre -> (B, C, H, W), float64."""
    batch, _, groups, *size = position.shape
    out = torch.zeros(batch, x.shape[1], *size, dtype=torch.float64)
    width = x.shape[1] // groups
    for b in range(batch):
        for group in range(groups):
            channels = slice(group * width, (group + 1) * width)
            for row in range(size[0]):
                for column in range(size[1]):
                    at_x, at_y = position[b, :, group, row, column].tolist()
                    out[b, channels, row, column] = _read(x[b, channels].double(), at_y, at_x)
    return out


def _read(x: Tensor, at_y: float, at_x: float) -> Tensor:
    height, width = x.shape[1:]
    top, left = math.floor(at_y), math.floor(at_x)
    total = torch.zeros(x.shape[0], dtype=torch.float64)
    for n in (top, top + 1):
        for m in (left, left + 1):
            near = (1 - abs(at_y - n)) * (1 - abs(at_x - m))
            total += near * x[:, min(max(n, 0), height - 1), min(max(m, 0), width - 1)]
    return total


def areas_by_loops(source: tuple[int, int], target: tuple[int, int]) -> Tensor:
    """(2, H, W): centres of the pixels of a target map in pixels of a source map; x before y."""
    centers = torch.zeros(2, *target, dtype=torch.float64)
    for row in range(target[0]):
        for column in range(target[1]):
            centers[0, row, column] = (column + 0.5) / target[1] * source[1] - 0.5
            centers[1, row, column] = (row + 0.5) / target[0] * source[0] - 0.5
    return centers
