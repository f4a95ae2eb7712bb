"""Class prototypes and cosine classification (CAC, arXiv 2303.11633).

Differs from the original code (Apache-2.0): no loop over classes and no device synchronisation; all
sums in float32 at least; a zero vector gives a logit and gradients of zero, not NaN.

Shapes: B images, K classes, C channels.
"""

import torch
from torch import Tensor

from mmseg_scr.ops.labels import class_masks
from mmseg_scr.ops.precision import at_least_float32

EPSILON = 1e-12  # of a sum of weights and of a norm, as in the original code


def soft_prototypes(features: Tensor, logits: Tensor) -> Tensor:
    """Mean feature of each class in each image, weighted by the predicted probabilities.

    Args:
        features: (B, C, H, W).
        logits: (B, K, H, W).

    Returns:
        (B, K, C), float32 at least.
    """
    precise = at_least_float32(features)
    with torch.autocast(features.device.type, enabled=False):
        weights = logits.to(precise).flatten(2).softmax(dim=1)  # (B, K, HW)
        sums = weights @ features.to(precise).flatten(2).mT
        return sums / (weights.sum(dim=2, keepdim=True) + EPSILON)


def class_prototypes(
    features: Tensor, labels: Tensor, num_classes: int, ignore_index: int
) -> tuple[Tensor, Tensor]:
    """Mean feature of each class over its labelled pixels in all images.

    Args:
        features: (B, C, H, W), finite also where there is no label.
        labels: (B, H, W) integers; those outside of [0, K) belong to no class.
        num_classes: K.
        ignore_index: a label that belongs to no class even if it is below K.

    Returns:
        Means (K, C), float32 at least, zero where there is no pixel; and (K,) bool, whether any is.
    """
    precise = at_least_float32(features)
    masks = class_masks(labels, num_classes, ignore_index).flatten(2)  # (B, K, HW)
    counts = masks.sum(dim=(0, 2))
    with torch.autocast(features.device.type, enabled=False):
        sums = (masks.to(precise) @ features.to(precise).flatten(2).mT).sum(dim=0)
        return sums / counts.clamp(min=1).unsqueeze(1), counts > 0


def cosine_logits(features: Tensor, classifier: Tensor, scale: float) -> Tensor:
    """``scale`` times the cosine between every pixel and every class vector.

    The product of the unnormalised features is divided by their norms: no normalised copy of them
    is made or kept. A vector of length zero gives zero, and receives a gradient of zero.

    Args:
        features: (B, C, H, W).
        classifier: (K, C), or (B, K, C) with class vectors of each image.
        scale: logit of equal directions.

    Returns:
        (B, K, H, W) in [-scale, scale], float32 at least.
    """
    precise = at_least_float32(features)
    with torch.autocast(features.device.type, enabled=False):
        pixels = features.to(precise).flatten(2)  # (B, C, HW)
        classes = classifier.to(precise)
        directions = classes * (scale * _inverse_norm(classes, dim=-1))
        # Expanded, for a product of a matrix and a batch would copy the pixels to fold the batch.
        products = directions.expand(pixels.shape[0], -1, -1) @ pixels
        return (products * _inverse_norm(pixels, dim=1)).unflatten(2, features.shape[2:])


def _inverse_norm(x: Tensor, dim: int) -> Tensor:
    """1 / L2 norm over ``dim``, kept as size 1; 0 where there is no direction."""
    norm = torch.linalg.vector_norm(x, dim=dim, keepdim=True)
    return torch.where(norm > EPSILON, 1 / norm.clamp(min=EPSILON), 0.0)
