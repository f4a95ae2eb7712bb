"""Feature Refinement Module of FRMSeg, the predecessor of arXiv 2412.08671.

"A Feature Refinement Module for Light-Weight Semantic Segmentation Network", Sec. 2.2, Fig. 2; its
equations are cited here. No code was published. Widths follow from the published parameters: values
of the attention keep the full width, so it has no output convolution; the block that is said to
"expand" contracts.
"""

from collections.abc import Sequence

from mmseg.registry import MODELS
from torch import Tensor, nn

from mmseg_scr.layers import ConvFeedForward, DisentangledNonLocal2d, PooledConvModule
from mmseg_scr.ops.stages import concat_stages


@MODELS.register_module()
class FRM(nn.Module):
    """In series: spatial attention over all pixels of all stages, FFN, 1x1 convolution.

    Args:
        in_channels: widths of the backbone's maps.
        channels: width of the result; also the hidden width of the feed-forward block.
        norm_cfg: config of the normalisation of the result.
    """

    def __init__(self, in_channels: Sequence[int], channels: int, *, norm_cfg: dict) -> None:
        super().__init__()
        width = sum(in_channels)
        self.spatial_attention = DisentangledNonLocal2d(width, value_channels=width)
        self.feed_forward = ConvFeedForward(width, channels)
        self.reduce = PooledConvModule(width, channels, 1, norm_cfg=norm_cfg)

    def forward(self, stages: Sequence[Tensor]) -> Tensor:
        """Maps (B, C_l, h_l, w_l), fine to coarse -> (B, channels, h, w) of the last."""
        x = concat_stages(stages)  # Eq. 1
        x = x + self.spatial_attention(x)  # Eq. 2-3
        return self.reduce(self.feed_forward(x))
