"""Dual Attention Module (DANet, arXiv 1809.02983), a row of arXiv 2412.08671, Table III.

Differs from the original code (MIT): the input is all stages, pooled and concatenated; the width
is that of the pyramid, not a quarter of the input's; the branches have no classifiers of their own.
"The last convolutional layer in each branch", which arXiv 2412.08671, Sec. IV-E removes, is read as
the 3x3 convolution after each attention. Logits are float32 at least: those of the channels are
sums over all pixels and leave the range of half precision.
"""

from collections.abc import Sequence

import torch
from mmcv.cnn import Scale
from mmseg.registry import MODELS
from torch import Tensor, nn

from mmseg_scr.layers import GatedAttention, PooledConvModule
from mmseg_scr.ops.attention import pixel_attention
from mmseg_scr.ops.precision import at_least_float32
from mmseg_scr.ops.stages import concat_stages


@MODELS.register_module()
class DAM(nn.Module):
    """In parallel, then added: attention over all pixels and attention over all channels.

    Args:
        in_channels: widths of the backbone's maps.
        channels: width of the result.
        norm_cfg: config of the normalisations.
        last_convs: whether a 3x3 convolution follows each attention, as in the original.
    """

    def __init__(
        self,
        in_channels: Sequence[int],
        channels: int,
        *,
        norm_cfg: dict,
        last_convs: bool = False,
    ) -> None:
        super().__init__()
        width = sum(in_channels)

        def branch(attention: nn.Module) -> nn.Sequential:
            layers = [PooledConvModule(width, channels, 3, padding=1, norm_cfg=norm_cfg), attention]
            if last_convs:
                layers.append(PooledConvModule(channels, channels, 3, padding=1, norm_cfg=norm_cfg))
            return nn.Sequential(*layers)

        self.position = branch(GatedAttention(channels, pixel_attention))
        self.channel = branch(ChannelAttention())

    def forward(self, stages: Sequence[Tensor]) -> Tensor:
        """Maps (B, C_l, h_l, w_l), fine to coarse -> (B, channels, h, w) of the last."""
        x = concat_stages(stages)
        return self.position(x) + self.channel(x)


class ChannelAttention(nn.Module):
    """x plus gamma times attention over its channels; the identity at the start.

    A channel gathers those that are unlike it: the weights are the softmax of minus the products.
    """

    def __init__(self) -> None:
        super().__init__()
        self.gamma = Scale(0.0)

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, h, w) -> (B, C, h, w)."""
        with torch.autocast(x.device.type, enabled=False):
            flat = x.to(at_least_float32(x)).flatten(2)  # (B, C, hw)
            energy = flat @ flat.mT  # (B, C, C)
            # The original's (row maximum - energy) differs by a constant a row: the same softmax.
            attended = (-energy).softmax(dim=2) @ flat
        return x + self.gamma(attended.unflatten(2, x.shape[2:]).to(x.dtype))
