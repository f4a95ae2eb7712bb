"""Eq. 8-9 as printed, with the N x N matrix of similarities built entry by entry."""

import math
from collections.abc import Callable

import torch
from torch import Tensor


def cosine_by_log(a: Tensor, b: Tensor, pixels: int) -> Tensor:
    """The cosine of two vectors, times log N."""
    return math.log(pixels) * sum(a * b) / (sum(a * a) * sum(b * b)) ** 0.5


def scaled_product(a: Tensor, b: Tensor, pixels: int) -> Tensor:
    """The product of two vectors over the root of their length."""
    return sum(a * b) / math.sqrt(len(a))


def attend_by_loops(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    unary: Tensor,
    similarity: Callable[[Tensor, Tensor, int], Tensor] = lambda a, b, pixels: torch.dot(a, b),
) -> Tensor:
    """Return y (B, N, Cv) of q, k (B, N, D), v (B, N, Cv) and m = unary (B, N).

    `similarity` gets the centred q_i and k_j and the number of pixels.
    """
    q, k, v, unary = (t.double() for t in (q, k, v, unary))
    out = torch.zeros_like(v)
    for b in range(q.shape[0]):
        pixels = range(q.shape[1])
        mean_q = sum(q[b, i] for i in pixels) / len(pixels)
        mean_k = sum(k[b, j] for j in pixels) / len(pixels)
        alone = _softmax([unary[b, j] for j in pixels])
        for i in pixels:
            pairs = _softmax(
                [similarity(q[b, i] - mean_q, k[b, j] - mean_k, len(pixels)) for j in pixels]
            )
            for j in pixels:
                out[b, i] += (pairs[j] + alone[j]) * v[b, j]
    return out


def _softmax(logits: list[Tensor]) -> list[Tensor]:
    top = max(logits)
    exponents = [torch.exp(logit - top) for logit in logits]
    return [exponent / sum(exponents) for exponent in exponents]
