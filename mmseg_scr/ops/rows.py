"""A map as a table of pixels, one row of channels each.

A map that is laid out channels_last is such a table already: a pixel's channels are contiguous, and
reading, weighting and adding rows is fast in both directions.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

IS_OLD = torch.__version__ < '2.6'  # the operator of 2.1 ends with an error in the case below


def pixel_rows(x: Tensor) -> Tensor:
    """(B, C, h, w) -> (B * h * w, C), row (b * h + y) * w + x; a view of a channels_last map."""
    return x.permute(0, 2, 3, 1).reshape(-1, x.shape[1])


def has_rows(x: Tensor) -> bool:
    """Whether :func:`pixel_rows` of ``x`` (B, C, h, w) is a view and not a copy."""
    return x.is_contiguous(memory_format=torch.channels_last)


def weighted_rows(table: Tensor, index: Tensor, weights: Tensor) -> Tensor:
    """Add T rows of a table for every row of the result, each times its weight.

    Where the dtypes are equal, no row is copied before the sum, and there is no second derivative:
    asking for one raises a RuntimeError of torch.

    Args:
        table: (R, C).
        index: (A, T) integers, 0 .. R - 1.
        weights: (A, T), float32 at least.

    Returns:
        (A, C), dtype of ``weights``.
    """
    if table.dtype == weights.dtype and not (IS_OLD and _of_weights_alone(table, weights)):
        return F.embedding_bag(index, table, per_sample_weights=weights, mode='sum')
    read = table.index_select(0, index.flatten()).view(*index.shape, -1)
    return (read.to(weights.dtype) * weights.unsqueeze(-1)).sum(dim=1)


def _of_weights_alone(table: Tensor, weights: Tensor) -> bool:
    """Whether the gradient goes to the weights, as of a frozen network's map."""
    return torch.is_grad_enabled() and weights.requires_grad and not table.requires_grad
