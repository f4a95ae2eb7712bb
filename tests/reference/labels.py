"""Resizing of labels, one pixel of the result at a time."""

import torch
from torch import Tensor


def nearest_labels(labels: Tensor, size: tuple[int, int]) -> Tensor:
    """Resize labels (B, H, W): row i takes row floor(i H / h), as torch's mode 'nearest' does."""
    height, width = labels.shape[-2:]
    out = torch.zeros(labels.shape[0], *size, dtype=labels.dtype)
    for row in range(size[0]):
        for column in range(size[1]):
            out[:, row, column] = labels[:, row * height // size[0], column * width // size[1]]
    return out
