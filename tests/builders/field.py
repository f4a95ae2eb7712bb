"""Inputs, parameters and golden rows of the field's methods, by the rule that made them."""

import math
from collections.abc import Iterable

import pytest
import torch
from torch import Tensor, nn


def field_wave(*shape: int, seed: float) -> Tensor:
    """Return sin(0.37 k + seed) + 0.5 cos(0.19 k + 2 seed) of the flat index k, in float64."""
    k = torch.arange(math.prod(shape)).double()
    return (torch.sin(0.37 * k + seed) + 0.5 * torch.cos(0.19 * k + 2 * seed)).reshape(shape)


def fill_in_order(layers: Iterable[nn.Module | nn.Parameter]) -> None:
    """Fill the parameters of layers, named in the order of the original code, in place.

    Parameter n gets u = sin(0.1 k + 0.3 + n): of a matrix or kernel divided by the root of its
    fan-in, of a bias 0.1 u, of another vector 1 + 0.1 u.
    """
    values = []
    for layer in layers:
        own = [('weight', layer)] if isinstance(layer, nn.Parameter) else layer.named_parameters()
        values += own
    for n, (name, value) in enumerate(values):
        u = torch.sin(0.1 * torch.arange(value.numel()).double() + 0.3 + n).reshape(value.shape)
        if value.ndim >= 2:
            u = u / math.sqrt(value.numel() / value.shape[0])
        else:
            u = 0.1 * u if name.endswith('bias') else 1 + 0.1 * u
        with torch.no_grad():
            value.copy_(u)


def check_row(result: Tensor, total: float, mean: float, total_abs: float, *entries: float) -> None:
    """Compare with a golden row, to its seven digits: flat entries 0, n // 3, 2n // 3, n - 1."""
    flat = result.detach().double().flatten()
    n = flat.numel()
    found = [flat.sum(), flat.mean(), flat.abs().sum(), *flat[[0, n // 3, 2 * n // 3, n - 1]]]
    expected = [total, mean, total_abs, *entries]
    assert [float(x) for x in found] == pytest.approx(expected, rel=6e-7)
