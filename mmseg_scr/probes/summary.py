"""Numbers of a record."""

import math

import torch
from torch import Tensor

from mmseg_scr.probes.anchors import anchor_statistics
from mmseg_scr.probes.attention import attention_statistics
from mmseg_scr.probes.inside import Inside
from mmseg_scr.probes.offsets import offset_statistics

SATURATED = 0.01  # a factor this near to 0 or 1 hardly passes a gradient


def factor_statistics(factors: Tensor) -> dict[str, float]:
    """Of (B, C) channel factors: mean, standard deviation, share that is saturated."""
    factors = factors.float()
    saturated = (factors < SATURATED) | (factors > 1 - SATURATED)
    return {
        'factor_mean': factors.mean().item(),
        'factor_std': factors.std(correction=0).item(),
        'factor_saturated': saturated.float().mean().item(),
    }


def neighbor_statistics(weights: Tensor) -> dict[str, float]:
    """Of (B, 9, H, W) weights: their mean entropy in parts of log 9, 1 being a plain average."""
    entropy = torch.special.entr(weights.float()).sum(dim=1) / math.log(weights.shape[1])
    return {'neighbor_entropy': entropy.mean().item()}


KINDS = {
    'attentions': attention_statistics,
    'channel_factors': factor_statistics,
    'offsets': offset_statistics,
    'neighbor_weights': neighbor_statistics,
    'anchors': anchor_statistics,
}


def summarize(inside: Inside) -> dict[str, dict[str, float]]:
    """The statistics of every part.

    Returns:
        Path of the module -> name of the statistic -> value.
    """
    summary: dict[str, dict[str, float]] = {}
    for kind, statistics in KINDS.items():
        for path, value in getattr(inside, kind).items():
            summary.setdefault(path, {}).update(statistics(value))
    return summary
