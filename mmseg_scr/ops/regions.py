"""Object regions and attention to them (OCR, arXiv 1909.11065), written from its equations.

Original codes: openseg.pytorch (MIT), mmseg (Apache-2.0). Differs: softmaxes and sums are float32
at least; no option that scales the logits.

Shapes: B images, K regions, C channels, D of queries and keys.
"""

import torch
from torch import Tensor

from mmseg_scr.ops.precision import at_least_float32


def soft_regions(features: Tensor, logits: Tensor) -> Tensor:
    """Mean feature of each region, weighted by the softmax of its logits over all pixels.

    Args:
        features: (B, C, h, w).
        logits: (B, K, h, w) of a pixel to be of a region.

    Returns:
        (B, K, C), float32 at least.
    """
    precise = at_least_float32(features)
    with torch.autocast(features.device.type, enabled=False):
        shares = logits.to(precise).flatten(2).softmax(dim=2)  # (B, K, hw)
        return shares @ features.to(precise).flatten(2).mT


def attend_to_regions(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """Sum the values of the regions for every pixel, weighted by softmax of q . k / root of D.

    Args:
        q: (B, D, h, w) of pixels.
        k: (B, D, K) of regions.
        v: (B, C, K) of regions.

    Returns:
        (B, C, h, w), dtype of ``v``.
    """
    precise = at_least_float32(q, k, v)
    with torch.autocast(v.device.type, enabled=False):
        scaled = k.to(precise) * k.shape[1] ** -0.5
        weights = (scaled.mT @ q.to(precise).flatten(2)).softmax(dim=1)  # (B, K, hw)
        return (v.to(precise) @ weights).unflatten(2, q.shape[2:]).to(v.dtype)
