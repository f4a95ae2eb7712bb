"""The last stage alone, as in the baseline of arXiv 2412.08671, Table I."""

from collections.abc import Sequence

from mmseg.registry import MODELS
from torch import Tensor, nn

from mmseg_scr.slots import build_slot

REDUCTION = dict(type='MultiStage')  # of one stage: 1x1 convolution, normalisation, ReLU


@MODELS.register_module()
class LastStage(nn.Module):
    """Any context, on the last stage instead of on all of them; by default no context at all.

    Args:
        in_channels: widths of the backbone's maps; only the last counts.
        channels: width of the result.
        norm_cfg: config of the normalisations.
        context: config of what the last stage goes through.
    """

    def __init__(
        self,
        in_channels: Sequence[int],
        channels: int,
        *,
        norm_cfg: dict,
        context: dict = REDUCTION,
    ) -> None:
        super().__init__()
        shared = dict(in_channels=in_channels[-1:], channels=channels, norm_cfg=norm_cfg)
        self.context = build_slot('context of LastStage', context, [], **shared)

    def forward(self, stages: Sequence[Tensor]) -> Tensor:
        """Maps (B, C_l, h_l, w_l), fine to coarse -> (B, channels, h, w) of the last."""
        return self.context(stages[-1:])
