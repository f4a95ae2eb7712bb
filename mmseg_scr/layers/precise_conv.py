"""Convolutions that autocast leaves alone."""

import torch
from torch import Tensor, nn


def convolve_precisely(x: Tensor, *convs: nn.Conv2d) -> list[Tensor]:
    """Apply every convolution to ``x`` in the dtype of its own weight, whatever the autocast.

    For queries and keys: their products grow with the width, so what half precision rounds off a
    query can be a good part of a logit. A model that was cast to half as a whole stays in half.

    Args:
        x: (B, C, h, w).
        convs: of C input channels.

    Returns:
        One (B, C_i, h, w) for each.
    """
    with torch.autocast(x.device.type, enabled=False):
        return [conv(x.to(conv.weight.dtype)) for conv in convs]
