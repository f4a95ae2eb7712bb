"""A resized map read at displaced positions (arXiv 2412.08671, Eq. 4) without being made.

A bilinear sample of a bilinearly upsampled map reads, on each axis, two pixels of the large map and
by them at most three of the small one: nine rows of channels with weights of their own.
"""

import torch
from torch import Tensor

from mmseg_scr.ops.precision import at_least_float32
from mmseg_scr.ops.recording import is_compiled_to_predict
from mmseg_scr.ops.resize import pixel_and_share, resize_bilinear
from mmseg_scr.ops.rows import pixel_rows, weighted_rows
from mmseg_scr.ops.warp import pixel_grid, warp_by_offset

TAPS = 3  # pixels of the small map on one axis


def warp_resized(x: Tensor, offset: Tensor, *, align_corners: bool = False) -> Tensor:
    """``warp_by_offset(resize_bilinear(x, (H, W)), offset)``, equal up to rounding.

    In a program that a compiler makes for predictions on a CPU the large map is not made: what is
    read is the small one, which stays in the cache.

    Args:
        x: (B, C, h, w).
        offset: (B, 2, H, W), in pixels of the large map; channel 0 points right, 1 down.
        align_corners: of the resizing.

    Returns:
        (B, C, H, W), dtype of ``x``.
    """
    size = offset.shape[2:]
    if not _rows_are_faster(x, size):
        return warp_by_offset(resize_bilinear(x, size, align_corners=align_corners), offset)
    precise = at_least_float32(x, offset)
    offset = offset.to(precise)
    position = pixel_grid(size, like=offset) + offset
    return sample_resized(x.to(precise), position, size, align_corners=align_corners).to(x.dtype)


def sample_resized(
    x: Tensor, position: Tensor, size: tuple[int, int], *, align_corners: bool = False
) -> Tensor:
    """Read the map ``x``, resized to ``size``, between its pixels; outside of it counts as zero.

    Args:
        x: (B, C, h, w), float32 or float64.
        position: (B, 2, H', W'), in pixels of the large map from the centre of its first; x before
            y; dtype of ``x``.
        size: (H, W) of the large map, in no direction smaller than ``x``.
        align_corners: of the resizing.

    Returns:
        (B, C, H', W'), laid out channels_last.
    """
    batch, _, height, width = x.shape
    columns, column_weights = _taps(position[:, 0], width, size[1], align_corners)
    rows, row_weights = _taps(position[:, 1], height, size[0], align_corners)
    first = torch.arange(batch, device=x.device).view(-1, 1, 1, 1, 1) * height
    index = (first + rows.unsqueeze(-1)) * width + columns.unsqueeze(-2)  # (B, H', W', 3, 3)
    weights = row_weights.unsqueeze(-1) * column_weights.unsqueeze(-2)
    taps = TAPS * TAPS
    sampled = weighted_rows(pixel_rows(x), index.view(-1, taps), weights.view(-1, taps))
    return sampled.view(batch, *position.shape[2:], -1).permute(0, 3, 1, 2)


def _taps(position: Tensor, source: int, target: int, align_corners: bool) -> tuple[Tensor, Tensor]:
    """(...) positions on the large axis -> (..., 3) pixels of the small one, and their weights."""
    # Beyond one pixel outside nothing is seen; no integer holds what is further away.
    position = position.clamp(-1, target)
    low = position.floor()
    share = position - low
    near = (1 - share) * ((low >= 0) & (low < target))
    far = share * (low < target - 1)
    first, near_share = pixel_and_share(low, source, target, align_corners)
    second, far_share = pixel_and_share(low + 1, source, target, align_corners)
    moved = second - first  # 0 or 1: upsampled pixels lie closer than those that they are made of
    stays, moves = far * (1 - moved), far * moved
    weights = [
        near * (1 - near_share) + stays * (1 - far_share),
        near * near_share + stays * far_share + moves * (1 - far_share),
        moves * far_share,
    ]
    index = first.nan_to_num().long().unsqueeze(-1) + torch.arange(TAPS, device=position.device)
    return index.clamp(max=source - 1), torch.stack(weights, dim=-1)


def _rows_are_faster(x: Tensor, size: tuple[int, int]) -> bool:
    """Whether ``x`` becomes larger in a program for predictions on a CPU.

    In eager mode the many small steps of indices and weights cost more than the large map.
    """
    if x.device.type != 'cpu' or not is_compiled_to_predict():
        return False
    return x.shape[2] <= size[0] and x.shape[3] <= size[1]
