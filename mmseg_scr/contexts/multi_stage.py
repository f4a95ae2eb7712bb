"""All stages pooled and concatenated: "Baseline+MF" of arXiv 2412.08671, Table III (Eq. 7)."""

from collections.abc import Sequence

from mmseg.registry import MODELS
from torch import Tensor, nn

from mmseg_scr.layers import PooledConvModule
from mmseg_scr.ops.stages import concat_stages


@MODELS.register_module()
class MultiStage(nn.Module):
    """1x1 convolution, normalisation and ReLU of the concatenated stages.

    Args:
        in_channels: widths of the backbone's maps.
        channels: width of the result.
        norm_cfg: config of the normalisation.
    """

    def __init__(self, in_channels: Sequence[int], channels: int, *, norm_cfg: dict) -> None:
        super().__init__()
        self.reduce = PooledConvModule(sum(in_channels), channels, 1, norm_cfg=norm_cfg)

    def forward(self, stages: Sequence[Tensor]) -> Tensor:
        """Maps (B, C_l, h_l, w_l), fine to coarse -> (B, channels, h, w) of the last."""
        return self.reduce(concat_stages(stages))
