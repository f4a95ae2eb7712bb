"""Bilinear resizing whose gradient is cheap, too."""

import torch
import torch.nn.functional as F
from torch import Tensor

from mmseg_scr.ops.recording import is_recorded

# A product costs as much a pixel as a side of the map is long; torch's operator does not care.
LONGEST_SIDE_OF_PRODUCTS = 96


def resize_bilinear(x: Tensor, size: tuple[int, int], *, align_corners: bool = False) -> Tensor:
    """``F.interpolate(x, size, mode='bilinear')``; ``x`` itself where it has the size.

    On a CPU the gradient of that operator takes 3 to 4 times of its forward on contiguous maps (on
    channels_last ones it does not). Where one is asked for, two small matrix products take its
    place, equal up to rounding: half of the time for 64x64 -> 128x128, a tenth for 16x16. A value
    that is not finite then reaches all pixels of its map, not only those around it.

    Args:
        x: (B, C, h, w).
        size: (H, W).
        align_corners: as of ``F.interpolate``.

    Returns:
        (B, C, H, W), dtype of ``x``.
    """
    if tuple(x.shape[2:]) == tuple(size):
        return x
    if _products_are_faster(x):
        rows, columns = (
            _weights(source, target, align_corners, like=x)
            for source, target in zip(x.shape[2:], size, strict=True)
        )
        with torch.autocast(x.device.type, enabled=False):
            wide = (x @ columns.mT).flatten(0, 1)  # (B * C, h, W)
            # `rows @ wide` would make and keep a copy of the rows for every channel.
            return torch.bmm(rows.expand(len(wide), -1, -1), wide).view(*x.shape[:2], *size)
    resized = F.interpolate(x, size, mode='bilinear', align_corners=align_corners)
    return resized.to(x.dtype)  # autocast of a GPU gives float32, and so would all that is added


def pixel_and_share(
    pixel: Tensor, source: int, target: int, align_corners: bool
) -> tuple[Tensor, Tensor]:
    """Where pixels of a resized axis lie on the one that it was made of.

    Args:
        pixel: (...) whole numbers on the axis of ``target`` pixels, in the dtype of the result.
        source: pixels of the other.
        target: pixels of the resized axis.
        align_corners: of the resizing.

    Returns:
        (...) the pixel before each place, and (...) the share of the one after it, below 1.
    """
    if align_corners:
        place = pixel * ((source - 1) / max(target - 1, 1))
    else:
        place = (pixel + 0.5) * (source / target) - 0.5
    place = place.clamp(0, source - 1)
    low = place.floor()
    return low, place - low


def _products_are_faster(x: Tensor) -> bool:
    learns = torch.is_grad_enabled() and x.requires_grad
    precise = x.dtype in (torch.float32, torch.float64)
    if not learns or not precise or x.device.type != 'cpu' or is_recorded():
        return False
    return x.is_contiguous() and max(x.shape[2:]) <= LONGEST_SIDE_OF_PRODUCTS


def _weights(source: int, target: int, align_corners: bool, *, like: Tensor) -> Tensor:
    """(target, source): what each pixel of the source gives to each of the target on one axis."""
    # The operator itself says it, for a single row of channels: the weights of a unit vector.
    units = torch.eye(source, dtype=like.dtype, device=like.device)
    resized = F.interpolate(
        units.unsqueeze(0), target, mode='linear', align_corners=align_corners
    )  # (1, source, target)
    return resized.squeeze(0).T
