"""Criss-cross attention pixel by pixel, from the list of positions on its cross."""

import torch
from torch import Tensor


def criss_cross_by_loops(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """Return (B, C, H, W) of q, k (B, D, H, W) and v (B, C, H, W), in float64."""
    q, k, v = (t.double() for t in (q, k, v))
    batch, _, height, width = v.shape
    out = torch.zeros_like(v)
    for b in range(batch):
        for row in range(height):
            for column in range(width):
                cross = [(n, column) for n in range(height) if n != row]
                cross += [(row, m) for m in range(width)]
                logits = [torch.dot(q[b, :, row, column], k[b, :, n, m]) for n, m in cross]
                weights = [torch.exp(logit - max(logits)) for logit in logits]
                for (n, m), weight in zip(cross, weights, strict=True):
                    out[b, :, row, column] += weight / sum(weights) * v[b, :, n, m]
    return out
