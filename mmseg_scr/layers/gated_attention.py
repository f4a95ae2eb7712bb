"""Attention behind a gate that opens in training, as in DANet (arXiv 1809.02983) and CCNet."""

from collections.abc import Callable

from mmcv.cnn import Scale
from torch import Tensor, nn

from mmseg_scr.layers.precise_conv import convolve_precisely

REDUCTION = 8  # width over that of queries and keys, as in the original codes


class GatedAttention(nn.Module):
    """x plus gamma times attention over its pixels; the identity at the start of training.

    Args:
        channels: width C of the map.
        attend: q, k (B, C / 8, h, w) and v (B, C, h, w) -> (B, C, h, w).
    """

    def __init__(self, channels: int, attend: Callable[[Tensor, Tensor, Tensor], Tensor]) -> None:
        super().__init__()
        width = max(channels // REDUCTION, 1)
        self.attend = attend
        self.query = nn.Conv2d(channels, width, 1)
        self.key = nn.Conv2d(channels, width, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.gamma = Scale(0.0)

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, h, w) -> (B, C, h, w)."""
        q, k = convolve_precisely(x, self.query, self.key)
        return x + self.gamma(self.attend(q, k, self.value(x)))
