"""Eq. 5-9 in loops and plain matrix products, from weights that the caller hands over."""

import math

import torch
from reference.attention import attend_by_loops, cosine_by_log, scaled_product
from torch import Tensor


def pool_to(x: Tensor, size: tuple[int, int]) -> Tensor:
    """Average x (B, C, H, W) in windows [floor(i H / h), ceil((i + 1) H / h))."""
    height, width = x.shape[-2:]
    out = torch.zeros(*x.shape[:2], *size, dtype=torch.float64)
    for row in range(size[0]):
        rows = slice(row * height // size[0], math.ceil((row + 1) * height / size[0]))
        for column in range(size[1]):
            columns = slice(column * width // size[1], math.ceil((column + 1) * width / size[1]))
            out[:, :, row, column] = x[:, :, rows, columns].double().mean((2, 3))
    return out


def pointwise(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """Apply a 1x1 convolution with weight (O, I, 1, 1) to x (B, I, H, W), pixel by pixel."""
    matrix = weight.double().reshape(weight.shape[0], -1)
    out = torch.zeros(x.shape[0], matrix.shape[0], *x.shape[2:], dtype=torch.float64)
    for b in range(x.shape[0]):
        for row in range(x.shape[2]):
            for column in range(x.shape[3]):
                out[b, :, row, column] = matrix @ x[b, :, row, column].double()
    return out if bias is None else out + bias.double().reshape(1, -1, 1, 1)


def depthwise(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """Apply a 3x3 convolution per channel, weight (C, 1, 3, 3), with zeros around x."""
    height, width = x.shape[-2:]
    out = torch.zeros_like(x, dtype=torch.float64)
    for row in range(height):
        for column in range(width):
            for k in range(9):
                n, m = row + k // 3 - 1, column + k % 3 - 1
                if 0 <= n < height and 0 <= m < width:
                    out[:, :, row, column] += weight[:, 0, k // 3, k % 3] * x[:, :, n, m]
    return out if bias is None else out + bias.double().reshape(1, -1, 1, 1)


def mlp(x: Tensor, first: tuple, second: tuple) -> Tensor:
    """Two 1x1 convolutions, each (weight, bias or None), around a ReLU."""
    return pointwise(pointwise(x, *first).clamp(min=0), *second)


def concatenate(stages: list[Tensor]) -> Tensor:
    """F_c of Eq. 7: the stages pooled to the last one's size."""
    size = tuple(stages[-1].shape[-2:])
    return torch.cat([pool_to(stage, size) for stage in stages], 1)


def channel_attention(
    stages: list[Tensor], stage_mlps: list[tuple], fuse: tuple, *, norm: bool = False
) -> Tensor:
    """F'_c of Eq. 5-7: the pooled stages times one factor per channel.

    With `norm` the logits of an image have mean 0 and variance 1 over its channels.
    """
    concatenated = concatenate(stages)
    factors = [
        mlp(stage.double().mean((2, 3), keepdim=True), *weights)
        for stage, weights in zip(stages, stage_mlps, strict=True)
    ]
    logits = mlp(torch.cat(factors, 1), *fuse)
    if norm:
        off = logits - logits.mean(1, keepdim=True)
        logits = off / (off.square().mean(1, keepdim=True) + 1e-5).sqrt()
    scale = 1 / (1 + torch.exp(-logits))
    return scale * concatenated


SIMILARITIES = {'cosine': cosine_by_log, 'scaled_dot': scaled_product}


def non_local(
    x: Tensor, query: tuple, key: tuple, unary: tuple, value: tuple, *, similarity: str = 'dot'
) -> Tensor:
    """Eq. 8-9 on a map: each tuple is the (weight, bias or None) of one 1x1 convolution."""
    rows = [_rows(pointwise(x, *weights)) for weights in (query, key, value, unary)]
    options = [SIMILARITIES[similarity]] if similarity in SIMILARITIES else []
    y = attend_by_loops(*rows[:3], rows[3][..., 0], *options)
    return y.transpose(1, 2).reshape(x.shape[0], -1, *x.shape[2:])


def _rows(x: Tensor) -> Tensor:
    return x.flatten(2).transpose(1, 2)
