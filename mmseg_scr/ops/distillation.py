"""Class-wise distillation, weighted by the teacher's entropy (CAC, arXiv 2303.11633).

Differs from the original code (Apache-2.0): no loop over classes and no device synchronisation.
"""

import torch
from torch import Tensor

from mmseg_scr.ops.labels import class_masks
from mmseg_scr.ops.precision import at_least_float32

EPSILON = 1e-12  # of a sum of entropies, as in the original code


def entropy_distillation(
    student: Tensor,
    teacher: Tensor,
    labels: Tensor,
    *,
    ignore_index: int,
    smoothness: float = 0.5,
) -> Tensor:
    """Cross-entropy of the student to a target between the label and the teacher's probabilities.

    Pixels count by the entropy of the teacher: where it is certain it has nothing to add to the
    label. The weighted mean is taken for each class of the labels, then over the classes present,
    so that small classes count as much as large ones.

    Args:
        student: (B, K, h, w) logits.
        teacher: (B, K, h, w) logits; they receive no gradient.
        labels: (B, h, w) integers; those outside of [0, K) take no part.
        ignore_index: a label that takes no part even if it is below K.
        smoothness: share of the teacher in the target, 0 to 1.

    Returns:
        Scalar >= 0, float32 at least; 0, with a graph, if no pixel takes part.
    """
    precise = at_least_float32(student)
    masks = class_masks(labels, student.shape[1], ignore_index)
    with torch.autocast(student.device.type, enabled=False):
        soft = teacher.detach().to(precise).softmax(dim=1)
        entropy = torch.special.entr(soft).sum(dim=1)
        target = torch.lerp(masks.to(precise), soft, smoothness)
        cross_entropy = -(target * student.to(precise).log_softmax(dim=1)).sum(dim=1)
        weighted = _sum_by_class(entropy * cross_entropy, masks)
        per_class = weighted / (_sum_by_class(entropy, masks) + EPSILON)  # absent classes: 0
    present = masks.sum(dim=(0, 2, 3)) > 0
    return per_class.sum() / present.sum().clamp(min=1)


def _sum_by_class(values: Tensor, masks: Tensor) -> Tensor:
    """Values (B, h, w) and masks (B, K, h, w) -> (K,)."""
    return torch.where(masks, values.unsqueeze(1), 0).sum(dim=(0, 2, 3))
