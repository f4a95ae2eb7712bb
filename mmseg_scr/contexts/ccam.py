"""Criss-Cross Attention Module (CCNet, arXiv 1811.11721), a row of arXiv 2412.08671, Table III.

Differs from the original code (MIT): the input is all stages, pooled and concatenated; the width
is that of the pyramid, not a quarter of the input's; plain norm and LeakyReLU stand for in-place
ABN. The convolution over input and result is left out by default, for Table III compares modules
of similar cost and with it this one has 1.3 M more parameters.
"""

from collections.abc import Sequence

import torch
from mmseg.registry import MODELS
from torch import Tensor, nn

from mmseg_scr.checks.numbers import require_positive
from mmseg_scr.layers import GatedAttention, PooledConvModule
from mmseg_scr.ops.criss_cross import criss_cross_attention
from mmseg_scr.ops.stages import concat_stages

DROPOUT = 0.1  # after the bottleneck, as in the original code
LEAKY_RELU = dict(type='LeakyReLU', negative_slope=0.01)


@MODELS.register_module()
class CCAM(nn.Module):
    """Two 3x3 convolutions around criss-cross attention, repeated with the same weights.

    Args:
        in_channels: widths of the backbone's maps.
        channels: width of the result.
        norm_cfg: config of the normalisations.
        recurrence: rounds of attention, 1 or more; after two every pixel has seen all others.
        concat_input: whether a 3x3 convolution joins the input and the result, as in the original.
    """

    def __init__(
        self,
        in_channels: Sequence[int],
        channels: int,
        *,
        norm_cfg: dict,
        recurrence: int = 2,
        concat_input: bool = False,
    ) -> None:
        super().__init__()
        require_positive('recurrence of CCAM', recurrence)
        width = sum(in_channels)
        shared = dict(padding=1, norm_cfg=norm_cfg, act_cfg=LEAKY_RELU)
        self.recurrence = recurrence
        self.reduce = PooledConvModule(width, channels, 3, **shared)
        self.attention = GatedAttention(channels, criss_cross_attention)
        self.refine = PooledConvModule(channels, channels, 3, **shared)
        self.bottleneck = None
        if concat_input:
            join = PooledConvModule(width + channels, channels, 3, **shared)
            self.bottleneck = nn.Sequential(join, nn.Dropout2d(DROPOUT))

    def forward(self, stages: Sequence[Tensor]) -> Tensor:
        """Maps (B, C_l, h_l, w_l), fine to coarse -> (B, channels, h, w) of the last."""
        x = concat_stages(stages)
        result = self.reduce(x)
        for _ in range(self.recurrence):
            result = self.attention(result)
        result = self.refine(result)
        if self.bottleneck is None:
            return result
        return self.bottleneck(torch.cat([x, result], dim=1))
