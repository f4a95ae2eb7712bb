"""A linear layer that no autocast and no half-precision model makes less precise."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def precise_linear(x: Tensor, layer: nn.Module) -> Tensor:
    """``layer(x)`` in the dtype of ``x``, whatever the autocast and the dtype of the weights.

    A module that took the place of the layer, of dynamic quantisation for one, has no such weights
    and is called as it is. Of the hooks of a layer in another dtype only those that make its weight
    are run.

    Args:
        x: (..., C), float32 at least.
        layer: a ``Linear``, or what replaced it.

    Returns:
        (..., D), dtype of ``x``.
    """
    with torch.autocast(x.device.type, enabled=False):
        if not isinstance(layer, nn.Linear):
            return layer(x.float()).to(x.dtype)
        if layer.weight.dtype == x.dtype:
            return layer(x)
        if 'weight' not in layer._parameters:  # pruning, for one, makes it before each call
            for hook in layer._forward_pre_hooks.values():
                hook(layer, (x,))
        bias = None if layer.bias is None else layer.bias.to(x.dtype)
        return F.linear(x, layer.weight.to(x.dtype), bias)
