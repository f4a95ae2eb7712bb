"""Distillation of a context-aware classifier from its oracle (CAC, arXiv 2303.11633)."""

from mmseg.registry import MODELS
from torch import Tensor, nn

from mmseg_scr.checks.numbers import require_not_negative
from mmseg_scr.ops.distillation import entropy_distillation


@MODELS.register_module()
class EntropyDistillationLoss(nn.Module):
    """A weight times :func:`~mmseg_scr.ops.distillation.entropy_distillation`.

    Args:
        ignore_index: label of pixels that take no part.
        smoothness: share of the teacher in the target, 0 to 1; the rest is the label's.
        loss_weight: factor of the term.
    """

    def __init__(
        self, *, ignore_index: int, smoothness: float = 0.5, loss_weight: float = 1.0
    ) -> None:
        super().__init__()
        if not 0 <= smoothness <= 1:
            raise ValueError(f'smoothness must be between 0 and 1, got {smoothness}')
        require_not_negative('loss_weight of EntropyDistillationLoss', loss_weight)
        self.ignore_index = ignore_index
        self.smoothness = smoothness
        self.loss_weight = loss_weight

    def forward(self, student: Tensor, teacher: Tensor, labels: Tensor) -> Tensor:
        """Logits (B, K, h, w) of both and labels (B, h, w), all of one size -> scalar."""
        distance = entropy_distillation(
            student,
            teacher,
            labels,
            ignore_index=self.ignore_index,
            smoothness=self.smoothness,
        )
        return self.loss_weight * distance
