"""Label maps: their resizing and the masks of their classes."""

import torch
from torch import Tensor


def nearest_labels(labels: Tensor, size: tuple[int, int]) -> Tensor:
    """Resize labels by taking the one at floor(i H / h): the upper left of each cell.

    Args:
        labels: (B, H, W) of any dtype.
        size: (h, w).

    Returns:
        (B, h, w), dtype of ``labels``.
    """
    rows, columns = (
        torch.arange(target, device=labels.device) * source // target
        for source, target in zip(labels.shape[1:], size, strict=True)
    )
    return labels[:, rows[:, None], columns]


def class_masks(labels: Tensor, num_classes: int, ignore_index: int) -> Tensor:
    """Where each class is; labels outside of the classes are nowhere.

    Args:
        labels: (B, H, W) integers.
        num_classes: K.
        ignore_index: a label that is nowhere even if it is below K.

    Returns:
        (B, K, H, W) bool.
    """
    classes = torch.arange(num_classes, device=labels.device)[:, None, None]
    labels = labels.unsqueeze(1)
    return (labels == classes) & (labels != ignore_index)
