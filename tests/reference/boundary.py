"""The boundary band by looking at every pair of pixels."""

import torch
from torch import Tensor


def boundary_band(labels: Tensor, width: int, ignore_index: int) -> Tensor:
    """Where (B, H, W) another class is at most ``width`` rows and columns away."""
    band = torch.zeros_like(labels, dtype=torch.bool)
    images, height, width_of_map = labels.shape
    for b in range(images):
        for y in range(height):
            for x in range(width_of_map):
                for v in range(max(y - width, 0), min(y + width + 1, height)):
                    for u in range(max(x - width, 0), min(x + width + 1, width_of_map)):
                        here, there = labels[b, y, x], labels[b, v, u]
                        if here != there and ignore_index not in (here, there):
                            band[b, y, x] = True
    return band
