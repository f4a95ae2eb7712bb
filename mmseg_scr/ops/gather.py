"""Reading single pixels of a resized map without resizing it."""

import torch
from torch import Tensor

from mmseg_scr.ops.precision import at_least_float32
from mmseg_scr.ops.resize import pixel_and_share
from mmseg_scr.ops.rows import has_rows, pixel_rows, weighted_rows

TAPS = 4  # pixels that a bilinear sample reads


def gather_resized(
    x: Tensor,
    image: Tensor,
    pixel: Tensor,
    size: tuple[int, int],
    *,
    align_corners: bool = False,
) -> Tensor:
    """Rows of ``F.interpolate(x, size, mode='bilinear')`` at the given pixels, in float32 at least.

    Args:
        x: (B, C, h, w).
        image: (A,) index of the image of each row.
        pixel: (A,) index y * W + x into the resized map.
        size: (H, W) of the resized map.
        align_corners: as of ``F.interpolate``.

    Returns:
        (A, C).
    """
    height, width = size
    precise = at_least_float32(x)
    row, column = pixel // width, pixel % width
    if tuple(x.shape[2:]) == (height, width):
        if has_rows(x):
            return pixel_rows(x).index_select(0, image * (height * width) + pixel).to(precise)
        return x[image, :, row, column].to(precise)
    rows, row_weights = _taps(row, x.shape[2], height, align_corners, precise)
    columns, column_weights = _taps(column, x.shape[3], width, align_corners, precise)
    weights = row_weights[:, :, None] * column_weights[:, None, :]  # (A, 2, 2)
    if _rows_are_cheap(x, len(pixel)):
        index = (image[:, None, None] * x.shape[2] + rows[:, :, None]) * x.shape[3]
        index = (index + columns[:, None, :]).flatten(1)
        return weighted_rows(pixel_rows(x), index, weights.flatten(1))
    corners = x[image[:, None, None], :, rows[:, :, None], columns[:, None, :]]  # (A, 2, 2, C)
    return (corners.to(precise) * weights.unsqueeze(-1)).sum(dim=(1, 2))


def _rows_are_cheap(x: Tensor, samples: int) -> bool:
    """Whether reading rows pays: they are there, or a copy of the map is small beside them.

    Reading a tap across channels costs about as much as copying four pixels.
    """
    return has_rows(x) or x.shape[0] * x.shape[2] * x.shape[3] <= 4 * TAPS * samples


def _taps(
    target: Tensor, source_size: int, target_size: int, align_corners: bool, dtype: torch.dtype
) -> tuple[Tensor, Tensor]:
    """(A,) positions on the target axis -> (A, 2) source indices and (A, 2) weights."""
    place, share = pixel_and_share(target.to(dtype), source_size, target_size, align_corners)
    low = place.long()
    high = (low + 1).clamp(max=source_size - 1)
    return torch.stack([low, high], dim=1), torch.stack([1 - share, share], dim=1)
