"""The deterministic fill of the golden numbers: sines of flat indices, and no random state.

Every function works in float64; a test casts where it wants to.
"""

import math

import torch
from torch import Tensor, nn


def wave(*shape: int, seed: float = 0.0) -> Tensor:
    """Return sin(seed + 0.37 * flat index), of the given shape, in row-major order."""
    return torch.sin(seed + 0.37 * torch.arange(math.prod(shape)).double()).reshape(shape)


def conv_weight(shape: tuple[int, ...], seed: float, factor: float = 1.0) -> Tensor:
    """Return 0.05 * factor * sin(seed + o + 2i + 3a + 5b) for a weight of shape (O, I, a, b)."""
    steps = (1, 2, 3, 5)
    phase = torch.full(shape, float(seed), dtype=torch.float64)
    for axis, size in enumerate(shape):
        view = [1] * len(shape)
        view[axis] = size
        phase = phase + steps[axis] * torch.arange(size).double().reshape(view)
    return 0.05 * factor * torch.sin(phase)


def conv_bias(channels: int, seed: float) -> Tensor:
    """Return 0.01 * (o + 1) * cos(seed)."""
    return 0.01 * torch.arange(1, channels + 1).double() * math.cos(seed)


def fill_conv(conv: nn.Module, seed: float, factor: float = 1.0) -> None:
    """Fill a convolution in place; the factor multiplies the weight and not the bias."""
    with torch.no_grad():
        conv.weight.copy_(conv_weight(tuple(conv.weight.shape), seed, factor))
        if conv.bias is not None:
            conv.bias.copy_(conv_bias(conv.bias.numel(), seed))


def fill_parameters(module: nn.Module, scale: float = 0.3, seed: int = 0) -> nn.Module:
    """Replace every parameter and running statistic by something that is neither zero nor one."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, value in (*module.named_parameters(), *module.named_buffers()):
            if not value.is_floating_point():
                continue
            drawn = torch.randn(
                value.shape, generator=generator, dtype=torch.float64, device=generator.device
            )
            drawn = scale * drawn.to(value.device)
            is_spread = name.endswith('running_var') or (value.ndim == 1 and 'weight' in name)
            value.copy_(1 + drawn.abs() if is_spread else drawn)
    return module
