"""The classifier that every decode head of mmseg has: its 1x1 convolution, and nothing else."""

from mmseg.registry import MODELS
from torch import Tensor, nn


@MODELS.register_module()
class PlainClassifier(nn.Module):
    """Return the logits of the head's own convolution as they are."""

    def forward(self, features: Tensor, logits: Tensor, weight: Tensor) -> Tensor:
        """(B, C, h, w), (B, K, h, w), (K, C, 1, 1) -> (B, K, h, w)."""
        return logits

    def training_terms(
        self,
        features: Tensor,
        logits: Tensor,
        weight: Tensor,
        estimated: Tensor,
        labels: Tensor,
    ) -> tuple[dict[str, tuple[Tensor, float]], dict[str, Tensor]]:
        """No logits to be supervised and no term beside the head's own."""
        return {}, {}
