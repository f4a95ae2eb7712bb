"""Gathering the stages of a backbone on one grid (arXiv 2412.08671, Eq. 7)."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor


def concat_stages(stages: Sequence[Tensor]) -> Tensor:
    """Average-pool every stage to the size of the last one and concatenate the channels (Eq. 7).

    Args:
        stages: maps (B, C_l, h_l, w_l), fine to coarse; sizes need not be multiples of the last.

    Returns:
        (B, sum of C_l, h, w) with h, w of the last stage.
    """
    size = stages[-1].shape[2:]
    pooled = [F.adaptive_avg_pool2d(stage, size) for stage in stages[:-1]]
    return torch.cat([*pooled, stages[-1]], dim=1)
