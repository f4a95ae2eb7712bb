"""Convolution at a rate, tap by tap and pixel by pixel, with zeros outside."""

import torch
from torch import Tensor


def convolve_by_loops(
    x: Tensor, weight: Tensor, bias: Tensor | None = None, *, rate: int = 1, groups: int = 1
) -> Tensor:
    """Return the result at the size of `x` (B, C, h, w) of a weight (O, C / groups, a, b).

    Sides of the window are odd; a group of outputs reads its group of channels.
    """
    batch, _, height, width = x.shape
    outputs, per_group, rows, columns = weight.shape
    out = torch.zeros(batch, outputs, height, width, dtype=x.dtype)
    for o in range(outputs):
        first = o // (outputs // groups) * per_group
        for i in range(height):
            for j in range(width):
                for a in range(rows):
                    for b in range(columns):
                        y, z = i + rate * (a - rows // 2), j + rate * (b - columns // 2)
                        if 0 <= y < height and 0 <= z < width:
                            seen = x[:, first : first + per_group, y, z]
                            out[:, o, i, j] += seen @ weight[o, :, a, b]
        if bias is not None:
            out[:, o] += bias[o]
    return out
