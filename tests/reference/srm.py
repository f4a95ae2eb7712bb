"""The semantic refinement module as Fig. 5 draws it: everything at the fine map's size."""

import torch
from torch import Tensor
from torch.nn import functional as F


def srm_naive(
    coarse: Tensor,
    fine: Tensor,
    compress: tuple[tuple, tuple],
    to_offset: tuple,
    to_weights: tuple,
    align_corners: bool = False,
) -> Tensor:
    """Upsample, compress at the fine size, concatenate, predict, unfold, sample.

    Args:
        coarse: (B, C, h, w).
        fine: (B, C, H, W).
        compress: (weight, bias) of the two 1x1 convolutions, first the coarse map's.
        to_offset: a callable from the concatenation to (B, 2, H, W).
        to_weights: a callable from the concatenation to logits (B, 9, H, W).
    """
    up = F.interpolate(coarse, fine.shape[-2:], mode='bilinear', align_corners=align_corners)
    guide = torch.cat([F.conv2d(up, *compress[0]), F.conv2d(fine, *compress[1])], 1)
    weights = to_weights(guide).softmax(1)
    return _sample(up, _combine_by_unfold(to_offset(guide), weights))


def _combine_by_unfold(offset: Tensor, weights: Tensor) -> Tensor:
    batch, _, height, width = offset.shape
    windows = F.unfold(offset, 3, padding=1).reshape(batch, 2, 9, height, width)
    return (windows * weights.unsqueeze(1)).sum(2)


def _sample(x: Tensor, offset: Tensor) -> Tensor:
    """Eq. 4 by its separable tent weights, one full (H, W) by (H, W) table per image."""
    height, width = x.shape[-2:]
    columns = torch.arange(width).to(offset)
    rows = torch.arange(height).to(offset)
    at_x = columns + offset[:, 0]
    at_y = rows[:, None] + offset[:, 1]
    near_x = (1 - (at_x[..., None] - columns).abs()).clamp(min=0)
    near_y = (1 - (at_y[..., None] - rows).abs()).clamp(min=0)
    return torch.einsum('bcnm,bijn,bijm->bcij', x, near_y, near_x)
