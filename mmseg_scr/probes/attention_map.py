"""What one pixel looks at, as a map; no other row of the attention is made."""

import torch
from torch import Tensor

from mmseg_scr.probes.attention import AttentionRows, CrissCrossRows


def attention_map(attention: AttentionRows, grid: tuple[int, int], y: int, x: int) -> Tensor:
    """Weights that one pixel gives to all others.

    Args:
        attention: rows that are pixels of a grid, or one row for all of them.
        grid: (h, w).
        y: row of the pixel on the grid.
        x: its column.

    Returns:
        (B, h, w) float32, which sums to 1; 0 where the pixel does not look.

    Raises:
        ValueError: the pixel is outside of the grid, or the rows are no pixels of it.
    """
    height, width = grid
    if not (0 <= y < height and 0 <= x < width):
        raise ValueError(f'pixel (y, x) must lie on the grid {grid}, got {(y, x)}')
    if attention.count not in (1, height * width):
        raise ValueError(f'{attention.count} rows are not the pixels of the grid {grid}')
    row = 0 if attention.count == 1 else y * width + x
    weights = attention.weights(torch.tensor([row], device=attention.device))[:, 0]  # (B, N)
    if isinstance(attention, CrissCrossRows):
        seen = weights.new_zeros(len(weights), height, width)
        seen[:, :, x] = weights[:, :height]
        seen[:, y] += weights[:, height:]
        return seen
    return weights.unflatten(1, grid)
