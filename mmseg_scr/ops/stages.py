"""Gathering the stages of a backbone on one grid (arXiv 2412.08671, Eq. 7)."""

from collections.abc import Sequence

import torch
from torch import Tensor

from mmseg_scr.ops.pool import average_pool


def concat_stages(stages: Sequence[Tensor]) -> Tensor:
    """Average-pool every stage to the size of the last one and concatenate the channels (Eq. 7).

    Args:
        stages: maps (B, C_l, h_l, w_l), fine to coarse; sizes need not be multiples of the last.

    Returns:
        (B, sum of C_l, h, w) with h, w of the last stage.
    """
    size = stages[-1].shape[2:]
    pooled = [average_pool(stage, size) for stage in stages[:-1]]
    return torch.cat([*pooled, stages[-1]], dim=1)
