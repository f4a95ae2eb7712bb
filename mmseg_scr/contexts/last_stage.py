"""No context: the last stage alone, as in the baseline of arXiv 2412.08671, Table I."""

from collections.abc import Sequence

from mmcv.cnn import ConvModule
from mmseg.registry import MODELS
from torch import Tensor, nn


@MODELS.register_module()
class LastStage(nn.Module):
    """1x1 convolution, normalisation and ReLU of the last stage.

    Args:
        in_channels: widths of the backbone's maps; only the last counts.
        channels: width of the result.
        norm_cfg: config of the normalisation.
    """

    def __init__(self, in_channels: Sequence[int], channels: int, *, norm_cfg: dict) -> None:
        super().__init__()
        self.reduce = ConvModule(in_channels[-1], channels, 1, norm_cfg=norm_cfg)

    def forward(self, stages: Sequence[Tensor]) -> Tensor:
        """Maps (B, C_l, h_l, w_l), fine to coarse -> (B, channels, h, w) of the last."""
        return self.reduce(stages[-1])
