"""Context-aware classifier (CAC, arXiv 2303.11633): class vectors made anew for every image.

Differs from the original code (Apache-2.0): a part that any head can hold, not a copy of each head;
all three cross-entropies are the head's own loss, where the original resizes and averages in two
ways; every term has a key of its own; arithmetic is float32 at least; see also
:mod:`mmseg_scr.ops.prototypes` and :mod:`mmseg_scr.ops.distillation`.

Shapes: B images, K classes, C channels of the head's last feature, at (h, w).
"""

import torch
from mmseg.registry import MODELS
from torch import Tensor, nn

from mmseg_scr.checks.numbers import require_not_negative
from mmseg_scr.classifiers.prototype_projector import PrototypeProjector
from mmseg_scr.ops.labels import nearest_labels
from mmseg_scr.ops.precision import at_least_float32
from mmseg_scr.ops.prototypes import class_prototypes, cosine_logits, soft_prototypes
from mmseg_scr.slots import build_slot

LOGIT_SCALE = 15.0  # logit of equal directions, for all data sets of the original code
DEFAULT_DISTILLATION = dict(type='EntropyDistillationLoss')


@MODELS.register_module()
class ContextAwareClassifier(nn.Module):
    """Cosine classification by class vectors that are projected from prototypes of each image.

    In training, an oracle whose prototypes are taken from the labels learns beside it and teaches
    it. The oracle's means span the images of one process, so its logits depend on the batch.

    Args:
        channels: C.
        num_classes: K, the rows of the head's 1x1 convolution.
        ignore_index: label of pixels that belong to no class.
        scale: largest logit.
        plain_weight: factor of the head's loss on the logits of its 1x1 convolution, 0 for none.
        oracle_weight: factor of the head's loss on the oracle's logits; 0 for no oracle.
        distillation: config of (logits, oracle's logits, labels, all at (h, w)) -> scalar, or None.
    """

    training_only = ('oracle_projector',)

    def __init__(
        self,
        channels: int,
        *,
        num_classes: int,
        ignore_index: int,
        scale: float = LOGIT_SCALE,
        plain_weight: float = 1.0,
        oracle_weight: float = 1.0,
        distillation: dict | None = DEFAULT_DISTILLATION,
    ) -> None:
        super().__init__()
        if scale <= 0:
            raise ValueError(f'scale must be > 0, got {scale}')
        require_not_negative('plain_weight of ContextAwareClassifier', plain_weight)
        require_not_negative('oracle_weight of ContextAwareClassifier', oracle_weight)
        if distillation is not None and not oracle_weight:
            raise ValueError(
                'distillation needs oracle_weight > 0, for the projector of the oracle learns from '
                'that term alone; set oracle_weight, or distillation=None'
            )
        self.weight_shape = (num_classes, channels, 1, 1)
        self.ignore_index = ignore_index
        self.scale = scale
        self.plain_weight = plain_weight
        self.oracle_weight = oracle_weight
        self.projector = PrototypeProjector(channels)
        self.oracle_projector = PrototypeProjector(channels) if oracle_weight else None
        self.distillation = None
        if distillation is not None:
            room = [DEFAULT_DISTILLATION['type']]
            self.distillation = build_slot(
                'distillation', distillation, room, ignore_index=ignore_index
            )

    def forward(self, features: Tensor, logits: Tensor, weight: Tensor) -> Tensor:
        """Classify every pixel by the class vectors of its own image.

        Args:
            features: (B, C, h, w), without dropout.
            logits: (B, K, h, w) of the head's 1x1 convolution. They receive a gradient.
            weight: (K, C, 1, 1) of that convolution.

        Returns:
            (B, K, h, w) in [-scale, scale], dtype of ``logits``.
        """
        classes = self._class_rows(weight)
        features = features.to(at_least_float32(features))
        prototypes = soft_prototypes(features, logits)
        projected = self.projector(prototypes, classes)  # (B, K, C)
        return cosine_logits(features, projected, self.scale).to(logits.dtype)

    def training_terms(
        self,
        features: Tensor,
        logits: Tensor,
        weight: Tensor,
        estimated: Tensor,
        labels: Tensor,
    ) -> tuple[dict[str, tuple[Tensor, float]], dict[str, Tensor]]:
        """What training adds to the head's loss on ``estimated``.

        Args:
            features: as for :meth:`forward`.
            logits: as for :meth:`forward`.
            weight: as for :meth:`forward`.
            estimated: what :meth:`forward` returned for them.
            labels: (B, H, W) at any size.

        Returns:
            The logits ``plain``, which are ``logits``, and ``oracle``, each with the factor of the
            head's loss on them; and ``loss_distill``. Those of weight 0 are not computed.
        """
        further, losses = {}, {}
        if self.plain_weight:
            further['plain'] = (logits, self.plain_weight)
        if self.oracle_projector is None:
            return further, losses
        labels = nearest_labels(labels, features.shape[2:])
        oracle = self.oracle_logits(features, weight, labels).to(logits.dtype)
        further['oracle'] = (oracle, self.oracle_weight)
        if self.distillation is not None:
            losses['loss_distill'] = self.distillation(estimated, oracle, labels)
        return further, losses

    def oracle_logits(self, features: Tensor, weight: Tensor, labels: Tensor) -> Tensor:
        """Classify all images by one set of class vectors, of prototypes taken from the labels.

        Args:
            features: (B, C, h, w).
            weight: (K, C, 1, 1), also the prototypes, detached, of classes that are in no image.
            labels: (B, h, w).

        Returns:
            (B, K, h, w), float32 at least.
        """
        classes = self._class_rows(weight)
        features = features.to(at_least_float32(features))
        means, present = class_prototypes(features, labels, classes.shape[0], self.ignore_index)
        prototypes = torch.where(present.unsqueeze(1), means, classes.detach())
        projected = self.oracle_projector(prototypes, classes)  # (K, C)
        return cosine_logits(features, projected, self.scale)

    def _class_rows(self, weight: Tensor) -> Tensor:
        if tuple(weight.shape) != self.weight_shape:
            raise ValueError(
                f'the weight of the 1x1 convolution must be (num_classes, channels, 1, 1) = '
                f'{self.weight_shape}, got {tuple(weight.shape)}'
            )
        return weight.flatten(1)
