"""The perceptron of the context-aware classifier (arXiv 2303.11633; original code Apache-2.0)."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class PrototypeProjector(nn.Module):
    """From (prototype, class weight) to a class vector, of one width C.

    Args:
        channels: C; the hidden layer has half of it.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        hidden_channels = max(channels // 2, 1)
        self.hidden = nn.Linear(2 * channels, hidden_channels, bias=False)
        self.out = nn.Linear(hidden_channels, channels)

    def forward(self, prototypes: Tensor, classes: Tensor) -> Tensor:
        """Project in the dtype of ``prototypes``, whatever the autocast.

        Args:
            prototypes: (K, C), or (B, K, C) of each image.
            classes: (K, C).

        Returns:
            Like ``prototypes``.
        """
        classes = classes.to(prototypes.dtype).expand_as(prototypes)
        with torch.autocast(prototypes.device.type, enabled=False):
            joined = torch.cat([prototypes, classes], dim=-1)
            return _linear(_linear(joined, self.hidden).relu(), self.out)


def _linear(x: Tensor, layer: nn.Linear) -> Tensor:
    """``layer(x)`` in the dtype of ``x``, also where the model is in half precision."""
    bias = None if layer.bias is None else layer.bias.to(x.dtype)
    return F.linear(x, layer.weight.to(x.dtype), bias)
