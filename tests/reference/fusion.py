"""The published fusion: every level upsampled to the finest, concatenated, one 1x1 convolution."""

import torch
from torch import Tensor
from torch.nn import functional as F


def concat_and_convolve(
    levels: list[Tensor], weight: Tensor, bias: Tensor | None = None, align_corners: bool = False
) -> Tensor:
    """Convolve [G1, up G2, up G3, up G4] (each (B, C, h_l, w_l), finest first) at G1's size."""
    size = levels[0].shape[-2:]
    resized = [levels[0]] + [
        F.interpolate(level, size, mode='bilinear', align_corners=align_corners)
        for level in levels[1:]
    ]
    return F.conv2d(torch.cat(resized, 1), weight, bias)
