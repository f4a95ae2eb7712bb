"""The semantic refinement module as Fig. 5 draws it: everything at the fine map's size."""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F


def srm_naive(
    coarse: Tensor,
    fine: Tensor,
    compress: tuple[tuple, tuple],
    to_offset: Callable[[Tensor], Tensor],
    to_weights: Callable[[Tensor], Tensor] | None,
    align_corners: bool = False,
    softmax: bool = True,
    border: str = 'constant',
) -> Tensor:
    """Upsample, compress at the fine size, concatenate, predict, unfold, sample.

    Args:
        coarse: (B, C, h, w).
        fine: (B, C, H, W).
        compress: (weight, bias) of the two 1x1 convolutions, first the coarse map's.
        to_offset: a callable from the concatenation to (B, 2, H, W).
        to_weights: a callable from the concatenation to logits (B, 9, H, W); None for no mask.
        align_corners: of the upsampling.
        softmax: of the logits.
        border: mode of `F.pad` for offsets outside of the map.
    """
    up = F.interpolate(coarse, fine.shape[-2:], mode='bilinear', align_corners=align_corners)
    guide = torch.cat([F.conv2d(up, *compress[0]), F.conv2d(fine, *compress[1])], 1)
    offset = to_offset(guide)
    if to_weights is not None:
        weights = to_weights(guide)
        offset = _combine_by_unfold(offset, weights.softmax(1) if softmax else weights, border)
    return _sample(up, offset)


def _combine_by_unfold(offset: Tensor, weights: Tensor, border: str) -> Tensor:
    batch, _, height, width = offset.shape
    windows = F.unfold(F.pad(offset, (1, 1, 1, 1), mode=border), 3)
    windows = windows.reshape(batch, 2, 9, height, width)
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
