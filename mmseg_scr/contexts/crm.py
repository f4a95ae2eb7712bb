"""Contextual Refinement Module (arXiv 2412.08671, Sec. III-D, Fig. 6, Eq. 5-9).

No code was published. Widths follow from the published parameters and GFLOPs. Readings taken where
the paper is silent: the spatial attention works on the re-calibrated map, it and the feed-forward
block are residual, the last 1x1 convolution is followed by normalisation and ReLU like the laterals
of the pyramid.
"""

from collections.abc import Sequence

import torch
from mmseg.registry import MODELS
from torch import Tensor, nn

from mmseg_scr.layers import ConvFeedForward, DisentangledNonLocal2d, PooledConvModule
from mmseg_scr.ops.stages import concat_stages

MIN_HIDDEN = 4  # of a perceptron; the single ReLU of a thinner one could die for good


@MODELS.register_module()
class CRM(nn.Module):
    """In series: channel attention over all stages, spatial attention over all pixels, FFN.

    Args:
        in_channels: widths of the backbone's maps.
        channels: width of the result.
        parallel: True lets the spatial attention read the map before the channel attention.
        whiten: False leaves the means of queries and keys in, see Eq. 8.
        hidden_channels: of the feed-forward block, ``channels`` by default; 0 leaves it out.
        norm_cfg: config of the normalisation of the result.
    """

    def __init__(
        self,
        in_channels: Sequence[int],
        channels: int,
        *,
        parallel: bool = False,
        whiten: bool = True,
        hidden_channels: int | None = None,
        norm_cfg: dict,
    ) -> None:
        super().__init__()
        width = sum(in_channels)
        hidden = channels if hidden_channels is None else hidden_channels
        self.parallel = parallel
        self.channel_attention = MultiStageChannelAttention(in_channels)
        self.spatial_attention = DisentangledNonLocal2d(width, whiten=whiten)
        self.feed_forward = ConvFeedForward(width, hidden) if hidden else nn.Identity()
        self.reduce = PooledConvModule(width, channels, 1, norm_cfg=norm_cfg)

    def forward(self, stages: Sequence[Tensor]) -> Tensor:
        """Maps (B, C_l, h_l, w_l), fine to coarse -> (B, channels, h, w) of the last."""
        x = concat_stages(stages)
        calibrated = x * self.channel_attention(stages)  # Eq. 6
        x = calibrated + self.spatial_attention(x if self.parallel else calibrated)
        return self.reduce(self.feed_forward(x))


class MultiStageChannelAttention(nn.Module):
    """One factor in (0, 1) for every channel of every stage, from the means of all (Eq. 5).

    Args:
        in_channels: widths of the stages.
        reduction: width of a stage over the hidden width of its perceptron.
    """

    def __init__(self, in_channels: Sequence[int], *, reduction: int = 16) -> None:
        super().__init__()
        self.per_stage = nn.ModuleList(_perceptron(width, reduction) for width in in_channels)
        self.fuse = _perceptron(sum(in_channels), reduction)

    def forward(self, stages: Sequence[Tensor]) -> Tensor:
        """Maps (B, C_l, h_l, w_l) -> (B, sum of C_l, 1, 1)."""
        means = [stage.mean(dim=(2, 3)) for stage in stages]  # (B, C_l)
        factors = [mlp(mean) for mlp, mean in zip(self.per_stage, means, strict=True)]
        return self.fuse(torch.cat(factors, dim=1)).sigmoid()[:, :, None, None]


def _perceptron(width: int, reduction: int) -> nn.Sequential:
    hidden = max(width // reduction, MIN_HIDDEN)
    return nn.Sequential(nn.Linear(width, hidden), nn.ReLU(inplace=True), nn.Linear(hidden, width))
