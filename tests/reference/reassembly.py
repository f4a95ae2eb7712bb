"""Reassembly as its equation says it: pixel by pixel, window position by window position."""

import torch
from torch import Tensor


def window_pixels(size, fine_size, row, column, window):
    """(k, n, m) of the positions inside of the map, around the coarse pixel below (row, column)."""
    (height, width), reach = size, window // 2
    # Exact centres: the coarse pixel whose area holds the centre of the fine one.
    center = [
        int((2 * index + 1) * source // (2 * target))
        for index, source, target in zip((row, column), size, fine_size, strict=True)
    ]
    for u in range(window):
        for v in range(window):
            n, m = center[0] + u - reach, center[1] + v - reach
            if 0 <= n < height and 0 <= m < width:
                yield u * window + v, n, m


def reassemble_by_loops(x: Tensor, kernels: Tensor) -> Tensor:
    """x (B, C, h, w), kernels (B, K * K, H, W) -> (B, C, H, W) in float64; outside is zero."""
    size, window = kernels.shape[2:], round(kernels.shape[1] ** 0.5)
    out = torch.zeros(*x.shape[:2], *size, dtype=torch.float64)
    for row in range(size[0]):
        for column in range(size[1]):
            for k, n, m in window_pixels(x.shape[2:], size, row, column, window):
                weight = kernels[:, k, row, column].double().unsqueeze(1)
                out[:, :, row, column] += weight * x[:, :, n, m].double()
    return out


def similarity_by_loops(query: Tensor, key: Tensor, window: int) -> Tensor:
    """query (B, D, H, W), key (B, D, h, w) -> (B, K * K, H, W) in float64; outside is zero."""
    size = query.shape[2:]
    out = torch.zeros(query.shape[0], window**2, *size, dtype=torch.float64)
    for row in range(size[0]):
        for column in range(size[1]):
            for k, n, m in window_pixels(key.shape[2:], size, row, column, window):
                products = query[:, :, row, column].double() * key[:, :, n, m].double()
                out[:, k, row, column] = products.sum(dim=1)
    return out
