"""The perceptron of the context-aware classifier (arXiv 2303.11633; original code Apache-2.0)."""

import torch
from torch import Tensor, nn

from mmseg_scr.layers.precise_linear import precise_linear


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
        joined = torch.cat([prototypes, classes], dim=-1)
        return precise_linear(precise_linear(joined, self.hidden).relu(), self.out)
