"""Sampling of a map at displaced positions (arXiv 2412.08671, Eq. 4; arXiv 1506.02025)."""

import torch
import torch.nn.functional as F
from torch import Tensor


def warp_by_offset(x: Tensor, offset: Tensor) -> Tensor:
    """Sample ``x`` at (own position + offset), bilinearly; outside of ``x`` counts as zero (Eq. 4).

    Coordinates and weights are float32 at least, whatever the dtype of ``x`` or the autocast:
    half precision would displace the samples of a 512 pixel wide map by up to half a pixel.

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
    if offset.shape[1] != 2 or offset.shape[2:] != x.shape[2:] or len(offset) != len(x):
        raise ValueError(
            f'offset must be (B, 2, H, W) on the grid of x, got offset {tuple(offset.shape)} '
            f'and x {tuple(x.shape)}'
        )
    precise = torch.promote_types(x.dtype, torch.float32)
    grid = _sampling_grid(offset.to(precise))
    # Autocast leaves grid_sample in float32 when both of its inputs are.
    sampled = F.grid_sample(
        x.to(precise), grid, mode='bilinear', padding_mode='zeros', align_corners=False
    )
    return sampled.to(x.dtype)


def _sampling_grid(offset: Tensor) -> Tensor:
    """(B, 2, H, W) pixel offsets -> (B, H, W, 2) positions; -1 and 1 are the map's outer edges.

    Written with ``arange`` and no division by ``size - 1``: right for maps of one row or column,
    and an exported graph keeps height and width free.
    """
    height, width = offset.shape[2:]
    xs = torch.arange(width, device=offset.device, dtype=offset.dtype)
    ys = torch.arange(height, device=offset.device, dtype=offset.dtype)
    x = (offset[:, 0] + xs) * (2 / width) + (1 / width - 1)
    y = (offset[:, 1] + ys[:, None]) * (2 / height) + (1 / height - 1)
    return torch.stack([x, y], dim=-1)
