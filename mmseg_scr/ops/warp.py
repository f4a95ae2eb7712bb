"""Sampling of a map at displaced positions (arXiv 2412.08671, Eq. 4; arXiv 1506.02025)."""

import torch
import torch.nn.functional as F
from torch import Tensor

from mmseg_scr.ops.precision import at_least_float32
from mmseg_scr.ops.recording import is_recorded
from mmseg_scr.ops.rows import has_rows, pixel_rows, weighted_rows


def warp_by_offset(x: Tensor, offset: Tensor) -> Tensor:
    """Sample ``x`` at (own position + offset), bilinearly; outside of ``x`` counts as zero (Eq. 4).

    Args:
        x: (B, C, H, W).
        offset: (B, 2, H, W), in pixels of ``x``; channel 0 points right, 1 down.

    Returns:
        (B, C, H, W), dtype of ``x``. A zero offset returns ``x``, up to rounding of positions.

    Example:
        >>> row = torch.tensor([[[[1.0, 2.0, 3.0]]]])
        >>> one_to_the_right = torch.tensor([1.0, 0.0]).view(1, 2, 1, 1).expand(1, 2, 1, 3)
        >>> warp_by_offset(row, one_to_the_right).round(decimals=4)
        tensor([[[[2., 3., 0.]]]])

    Raises:
        ValueError: ``offset`` is not (B, 2, H, W) for the B, H, W of ``x``.
    """
    if offset.shape[1] != 2 or offset.shape[2:] != x.shape[2:] or offset.shape[0] != x.shape[0]:
        raise ValueError(
            f'offset must be (B, 2, H, W) on the grid of x, got offset {tuple(offset.shape)} '
            f'and x {tuple(x.shape)}'
        )
    offset = offset.to(at_least_float32(x, offset))
    return sample_at(x, pixel_grid(x.shape[2:], like=offset) + offset)


def sample_at(x: Tensor, position: Tensor) -> Tensor:
    """Read ``x`` between its pixels, bilinearly; outside of ``x`` counts as zero.

    Coordinates and weights are float32 at least, whatever the dtype of ``x`` or the autocast: half
    precision would displace the samples of a 512 pixel wide map by up to half a pixel. The
    arithmetic divides by sizes, never by sizes - 1: right for maps of one row or column, and an
    exported graph keeps height and width free.

    Args:
        x: (B, C, h, w).
        position: (B, 2, H, W), in pixels of ``x`` from the centre of its first; x before y.

    Returns:
        (B, C, H, W), dtype of ``x``; on a CPU in the layout of ``x``, in eager mode.
    """
    precise = at_least_float32(x, position)
    position = position.to(precise)
    if _rows_are_faster(x):
        return _sample_rows(x.to(precise), position).to(x.dtype)
    height, width = x.shape[2:]
    columns = position[:, 0] * (2 / width) + (1 / width - 1)
    rows = position[:, 1] * (2 / height) + (1 / height - 1)
    # Autocast leaves grid_sample in float32 when both of its inputs are.
    sampled = F.grid_sample(
        x.to(precise),
        torch.stack([columns, rows], dim=-1),
        mode='bilinear',
        padding_mode='zeros',
        align_corners=False,
    )
    return sampled.to(x.dtype)


def _rows_are_faster(x: Tensor) -> bool:
    """Whether ``x`` is channels_last on a CPU, where no graph is recorded.

    ``grid_sample`` there takes 2.7x of the time, forward and backward, and gives a map of the other
    layout, so that all that follows runs on a mixture of the two.
    """
    return x.device.type == 'cpu' and has_rows(x) and not x.is_contiguous() and not is_recorded()


def _sample_rows(x: Tensor, position: Tensor) -> Tensor:
    """:func:`sample_at` of a channels_last map as weighted sums of four rows of channels."""
    batch, _, height, width = x.shape
    columns, column_weights = _corners(position[:, 0], width)  # (B, H, W, 2)
    rows, row_weights = _corners(position[:, 1], height)
    first = torch.arange(batch, device=x.device).view(-1, 1, 1, 1, 1) * height
    index = (first + rows.unsqueeze(-1)) * width + columns.unsqueeze(-2)
    weights = row_weights.unsqueeze(-1) * column_weights.unsqueeze(-2)
    sampled = weighted_rows(pixel_rows(x), index.view(-1, 4), weights.view(-1, 4))
    return sampled.view(*position.shape[:1], *position.shape[2:], -1).permute(0, 3, 1, 2)


def _corners(position: Tensor, size: int) -> tuple[Tensor, Tensor]:
    """(...) positions on an axis -> (..., 2) pixels beside them, and weights, 0 outside."""
    # Beyond one pixel outside nothing is seen; no integer holds what is further away.
    position = position.clamp(-1, size)
    low = position.floor()
    share = position - low
    pixels = torch.stack([low, low + 1], dim=-1)
    weights = torch.stack([1 - share, share], dim=-1)
    inside = (pixels >= 0) & (pixels < size)
    return pixels.clamp(0, size - 1).nan_to_num().long(), weights * inside


def pixel_grid(size: tuple[int, int], *, like: Tensor) -> Tensor:
    """(1, 2, H, W) column and row of every pixel, with the device and dtype of ``like``."""
    rows = torch.arange(size[0], device=like.device, dtype=like.dtype)
    columns = torch.arange(size[1], device=like.device, dtype=like.dtype)
    return torch.stack([columns.expand(size), rows[:, None].expand(size)]).unsqueeze(0)


def resized_grid(source: tuple[int, int], target: tuple[int, int], *, like: Tensor) -> Tensor:
    """(1, 2, H, W): where each pixel of a ``target`` map lies in one of the size ``source``.

    In pixels from the centre of the first, x before y, areas of the maps made to coincide:
    what bilinear resizing with ``align_corners=False`` reads.
    """
    (height, width), grid = target, pixel_grid(target, like=like)
    columns = (grid[:, 0] + 0.5) * (source[1] / width) - 0.5
    rows = (grid[:, 1] + 0.5) * (source[0] / height) - 0.5
    return torch.stack([columns, rows], dim=1)


def rescaled_offset(offset: Tensor, source: tuple[int, int]) -> Tensor:
    """(B, 2, ..., H, W) offsets in pixels of a map of the size ``source``, in those of own grid."""
    height, width = offset.shape[-2:]
    columns, rows = offset[:, 0] * (width / source[1]), offset[:, 1] * (height / source[0])
    return torch.stack([columns, rows], dim=1)


def sample_groups(x: Tensor, position: Tensor) -> Tensor:
    """Read groups of channels at positions of their own; outside counts as the nearest pixel.

    Args:
        x: (B, C, h, w).
        position: (B, 2, G, H, W), as of :func:`sample_at`, for each of G runs of C / G channels.

    Returns:
        (B, C, H, W), dtype of ``x``.
    """
    (height, width), groups = x.shape[2:], position.shape[2]
    columns = position[:, 0].clamp(0, width - 1)
    rows = position[:, 1].clamp(0, height - 1)
    position = torch.stack([columns, rows], dim=2).flatten(0, 1)  # (B * G, 2, H, W)
    sampled = sample_at(x.unflatten(1, (groups, -1)).flatten(0, 1), position)
    return sampled.unflatten(0, (-1, groups)).flatten(1, 2)
