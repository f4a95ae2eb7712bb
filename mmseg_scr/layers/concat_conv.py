"""Convolution of a channel concatenation that is never made.

Convolution is linear, so the weight can be cut along its input channels and the parts added. A 1x1
convolution also commutes with bilinear resizing, whose weights sum to 1: each map is convolved at
its own, smaller size. Larger kernels see the resized map. Parameters and result are those of the
plain form (concatenate, then convolve); time and the largest tensor are not.
"""

from collections.abc import Sequence
from functools import reduce

import torch
import torch.nn.functional as F
from mmcv.cnn import build_norm_layer
from mmseg.registry import MODELS
from torch import Tensor, nn

from mmseg_scr.layers.pooled_norm import normalize_pooled
from mmseg_scr.ops.resize import resize_bilinear


class ConcatConv2d(nn.Conv2d):
    """Stride 1 convolution of the concatenation of maps resized to one size.

    Built without a bias, for normalisation follows; ``mmcv.cnn.fuse_conv_bn`` gives it one.

    Args:
        in_channels: channels of each map, in the order of concatenation.
        out_channels: channels of the result.
        kernel_size: odd.
        align_corners: of the bilinear resizing.

    Raises:
        ValueError: a kernel with an even side, which would change the size of the map.
    """

    def __init__(
        self,
        in_channels: Sequence[int],
        out_channels: int,
        kernel_size: int = 1,
        *,
        align_corners: bool = False,
    ) -> None:
        if kernel_size % 2 == 0:
            raise ValueError(f'kernel_size of ConcatConv2d must be odd, got {kernel_size}')
        super().__init__(
            sum(in_channels), out_channels, kernel_size, padding=kernel_size // 2, bias=False
        )
        self.widths = list(in_channels)
        self.align_corners = align_corners

    def forward(self, maps: Sequence[Tensor], size: tuple[int, int]) -> Tensor:
        """Convolve each map with its share of the weight and add the results at ``size``.

        Args:
            maps: one (B, C_i, h_i, w_i) for each entry of ``in_channels``.
            size: (H, W) of the result.

        Returns:
            (B, out_channels, H, W).
        """
        shares = self.weight.split(self.widths, dim=1)
        # A constant stays what it is under resizing, so the first map can carry the bias.
        biases = [self.bias, *[None] * (len(self.widths) - 1)]
        parts = (self._convolve(*of_map, size) for of_map in zip(maps, shares, biases, strict=True))
        return reduce(torch.add, parts)

    def _convolve(
        self, x: Tensor, weight: Tensor, bias: Tensor | None, size: tuple[int, int]
    ) -> Tensor:
        if self.kernel_size == (1, 1):
            return self._resize(F.conv2d(x, weight, bias), size)
        return F.conv2d(self._resize(x, size), weight, bias, padding=self.padding)

    def _resize(self, x: Tensor, size: tuple[int, int]) -> Tensor:
        return resize_bilinear(x, size, align_corners=self.align_corners)


@MODELS.register_module()
class ConcatConvModule(nn.Module):
    """:class:`ConcatConv2d`, then normalisation and ReLU.

    Args:
        in_channels: channels of each map.
        out_channels: channels of the result.
        kernel_size: as of :class:`ConcatConv2d`.
        norm_cfg: config of the normalisation.
        align_corners: of the bilinear resizing.
    """

    def __init__(
        self,
        in_channels: Sequence[int],
        out_channels: int,
        kernel_size: int = 1,
        *,
        norm_cfg: dict,
        align_corners: bool = False,
    ) -> None:
        super().__init__()
        self.conv = ConcatConv2d(
            in_channels, out_channels, kernel_size=kernel_size, align_corners=align_corners
        )
        self.norm = build_norm_layer(norm_cfg, out_channels)[1]
        self.act = nn.ReLU(inplace=True)

    def forward(self, maps: Sequence[Tensor], size: tuple[int, int]) -> Tensor:
        """Maps (B, C_i, h_i, w_i) -> (B, out_channels, *size)."""
        return self.act(normalize_pooled(self.norm, self.conv(maps, size)))
