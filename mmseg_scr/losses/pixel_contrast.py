"""Pixel contrast with hard anchors (arXiv 2412.08671, Eq. 11-12; arXiv 2101.11939).

Differs from the original code (MIT licence): anchors are sampled first and only they are projected
(exact, since a 1x1 convolution and an L2 norm look at one pixel); the logarithm is a softplus of a
logsumexp, finite at any scale; no factor temperature / base temperature; no anchors give zero.
"""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from mmengine.logging import MessageHub
from mmseg.registry import MODELS
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from mmseg_scr.checks.numbers import require_not_negative, require_positive
from mmseg_scr.layers.precise_linear import precise_linear
from mmseg_scr.ops.anchors import fill_anchor_slots
from mmseg_scr.ops.gather import gather_resized
from mmseg_scr.ops.labels import nearest_labels
from mmseg_scr.ops.precision import at_least_float32


def pixel_contrast(
    embeddings: Tensor, labels: Tensor, temperature: float, *, valid: Tensor | None = None
) -> Tensor:
    """Pull embeddings of one label together and push those of other labels away (Eq. 11).

    Args:
        embeddings: (A, D) unit vectors; computed in float32 at least.
        labels: (A,) integers.
        temperature: tau, > 0.
        valid: (A,) bool; False rows take no part. All do by default.

    Returns:
        Scalar >= 0: mean over the anchors that have a positive; 0, with a graph, if none has.
    """
    precise = at_least_float32(embeddings)
    with torch.autocast(embeddings.device.type, enabled=False):
        rows = embeddings.to(precise)
        similarity = rows @ rows.T / temperature
    counts = torch.ones_like(labels, dtype=torch.bool) if valid is None else valid
    same = labels[:, None] == labels
    both = counts[:, None] & counts
    positive = (same & both).fill_diagonal_(False)
    # A finite floor, not -inf: an anchor without negatives must not subtract infinities.
    floor = torch.finfo(precise).min / 2
    negatives = similarity.masked_fill(same | ~both, floor).logsumexp(dim=1, keepdim=True)
    pairs = F.softplus(negatives - similarity).masked_fill(~positive, 0)
    num_positives = positive.sum(dim=1)
    per_anchor = pairs.sum(dim=1) / num_positives.clamp(min=1)
    return per_anchor.sum() / (num_positives > 0).sum().clamp(min=1)


@MODELS.register_module()
class PixelContrastLoss(nn.Module):
    """Lambda times the contrast of sampled pixels, embedded by a 1x1 convolution and an L2 norm.

    Each process samples its own images. Every parameter takes part in every step.

    Args:
        in_channels: channels of the map, or of each of several maps, that the features are.
        num_classes: labels are below this or ``ignore_index``.
        ignore_index: label of pixels that are never sampled.
        in_index: which of the maps are embedded; all by default.
        align_corners: of the bilinear resizing between the maps of the features.
        embed_channels: width of the embedding.
        max_samples: anchors a process and step, at most.
        max_views: anchors of one class in one image, at most; a class must have more pixels.
        temperature: tau of Eq. 11.
        loss_weight: lambda of Eq. 12.
        warmup_iters: the first iterations of a run, in which the weight is zero. Where no Runner of
            mmengine tells the iteration, the calls in training mode are counted; one that has ended
            in this process still tells its last.
        threshold: of the sigmoid of a single logit, above which a pixel is class 1, as the head
            predicts; of no effect on several logits, whose largest is the prediction.
    """

    training_only = ('embed',)

    def __init__(
        self,
        in_channels: int | Sequence[int],
        *,
        num_classes: int,
        ignore_index: int,
        in_index: Sequence[int] | None = None,
        align_corners: bool = False,
        embed_channels: int = 256,
        max_samples: int = 1024,
        max_views: int = 100,
        temperature: float = 0.1,
        loss_weight: float = 1.0,
        warmup_iters: int = 0,
        threshold: float | None = None,
    ) -> None:
        super().__init__()
        if temperature <= 0:
            raise ValueError(f'temperature must be > 0, got {temperature}')
        require_positive('embed_channels of PixelContrastLoss', embed_channels)
        require_positive('max_samples of PixelContrastLoss', max_samples)
        require_positive('max_views of PixelContrastLoss', max_views)
        require_not_negative('loss_weight of PixelContrastLoss', loss_weight)
        require_not_negative('warmup_iters of PixelContrastLoss', warmup_iters)
        self.num_classes = num_classes
        self.ignore_index = ignore_index
        self.align_corners = align_corners
        self.max_samples = max_samples
        self.max_views = max_views
        self.temperature = temperature
        self.loss_weight = loss_weight
        self.warmup_iters = warmup_iters
        self.threshold = threshold
        self.calls = 0
        widths = [in_channels] if isinstance(in_channels, int) else in_channels
        self.in_index = list(range(len(widths)) if in_index is None else in_index)
        if not set(self.in_index) <= set(range(len(widths))):
            raise ValueError(f'in_index {self.in_index} must choose among {len(widths)} maps')
        self.embed = nn.Linear(sum(widths[i] for i in self.in_index), embed_channels)

    def forward(
        self, features: Tensor | Sequence[Tensor], logits: Tensor, labels: Tensor
    ) -> Tensor:
        """Contrast of one batch.

        Args:
            features: one map or several (B, C_i, h_i, w_i); those of ``in_index``, bilinearly
                resized to the size of ``logits`` and concatenated, are the embedding's input.
            logits: (B, K, h, w), or (B, 1, h, w) of a head with a threshold; not upsampled.
            labels: (B, H, W) at any size.

        Returns:
            Scalar.
        """
        size = logits.shape[2:]
        maps = [features] if isinstance(features, Tensor) else features
        slots = fill_anchor_slots(
            nearest_labels(labels, size).flatten(1),
            self._predictions(logits).flatten(1),
            self.num_classes,
            self.max_samples,
            self.max_views,
            self.ignore_index,
        )
        rows = [
            gather_resized(
                maps[i], slots.image, slots.pixel, size, align_corners=self.align_corners
            )
            for i in self.in_index
        ]
        # Computed again for the gradient: what it keeps are several tables of anchors by anchors.
        contrast = checkpoint(
            self._contrast,
            torch.cat(rows, dim=1),
            slots.label,
            slots.valid,
            use_reentrant=False,
            preserve_rng_state=False,
        )
        return contrast * self._current_weight()

    def _predictions(self, logits: Tensor) -> Tensor:
        """Logits (B, K, h, w) -> classes (B, h, w)."""
        if logits.shape[1] == 1 and self.threshold is not None:
            return (logits.sigmoid() > self.threshold).squeeze(1).long()
        return logits.max(dim=1).indices  # on a CPU a quarter of the time of argmax

    def _contrast(self, rows: Tensor, labels: Tensor, valid: Tensor) -> Tensor:
        """(A, C), (A,), (A,) -> scalar."""
        # Padding shows the first pixel, which may be an ignored one that is not finite.
        embedded = self._embed(rows.where(valid.unsqueeze(1), 0))
        return pixel_contrast(embedded, labels, self.temperature, valid=valid)

    def _embed(self, rows: Tensor) -> Tensor:
        """(A, C) -> (A, D) unit vectors."""
        return F.normalize(precise_linear(rows, self.embed), dim=1)

    def _current_weight(self) -> float:
        if not self.warmup_iters:
            return self.loss_weight
        iteration = MessageHub.get_current_instance().get_info('iter')
        if iteration is None:
            iteration = self.calls
            self.calls += self.training
        return 0.0 if iteration < self.warmup_iters else self.loss_weight
