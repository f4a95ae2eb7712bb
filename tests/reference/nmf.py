"""Multiplicative updates of a non-negative factorisation, one number at a time."""

import math

import torch
from torch import Tensor


def nmf_by_loops(x: Tensor, bases: Tensor, steps: int) -> Tensor:
    """Approximate one image x (D, N), started from bases (D, R): coefficients, then bases."""
    channels, pixels = x.shape
    rank = bases.shape[1]
    bases = bases.clone()
    coefficients = torch.zeros(pixels, rank, dtype=x.dtype)
    for n in range(pixels):
        exponents = [math.exp(_sum(x[:, n] * bases[:, r])) for r in range(rank)]
        for r in range(rank):
            coefficients[n, r] = exponents[r] / sum(exponents)
    for _ in range(steps):
        coefficients = _updated(x.T, coefficients, bases)
        bases = _updated(x, bases, coefficients)
    coefficients = _updated(x.T, coefficients, bases)
    out = torch.zeros_like(x)
    for d in range(channels):
        for n in range(pixels):
            out[d, n] = _sum(bases[d] * coefficients[n])
    return out


def _updated(x: Tensor, factor: Tensor, other: Tensor) -> Tensor:
    """For x (I, J), factor (I, R) times x other / (factor other^T other + 1e-6), other (J, R)."""
    result = torch.zeros_like(factor)
    for i in range(factor.shape[0]):
        approximated = [_sum(factor[i] * other[j]) for j in range(other.shape[0])]
        for r in range(factor.shape[1]):
            upper = _sum(x[i] * other[:, r])
            lower = sum(value * float(other[j, r]) for j, value in enumerate(approximated))
            result[i, r] = factor[i, r] * upper / (lower + 1e-6)
    return result


def _sum(values: Tensor) -> float:
    return math.fsum(values.tolist())
