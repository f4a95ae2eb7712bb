"""Object regions and the attention of pixels to them, one pixel and region at a time."""

import math

import torch
from torch import Tensor


def regions_by_loops(features: Tensor, logits: Tensor) -> Tensor:
    """Means (B, K, C) of features (B, C, h, w), weighted by exp of logits (B, K, h, w)."""
    out = torch.zeros(*logits.shape[:2], features.shape[1], dtype=features.dtype)
    for b in range(logits.shape[0]):
        for k in range(logits.shape[1]):
            total = 0.0
            for row in range(logits.shape[2]):
                for column in range(logits.shape[3]):
                    share = math.exp(logits[b, k, row, column])
                    out[b, k] += share * features[b, :, row, column]
                    total += share
            out[b, k] /= total
    return out


def attend_by_loops(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """Return (B, C, h, w) of queries (B, D, h, w), keys (B, D, K) and values (B, C, K)."""
    out = torch.zeros(q.shape[0], v.shape[1], *q.shape[2:], dtype=v.dtype)
    for b in range(q.shape[0]):
        for row in range(q.shape[2]):
            for column in range(q.shape[3]):
                products = [float(q[b, :, row, column] @ k[b, :, j]) for j in range(k.shape[2])]
                shares = [math.exp(product / math.sqrt(q.shape[1])) for product in products]
                for j, share in enumerate(shares):
                    out[b, :, row, column] += share / sum(shares) * v[b, :, j]
    return out
