"""Pooling modules that a compiler can take at any size."""

from collections.abc import Sequence
from typing import NamedTuple

from torch import Tensor, nn

from mmseg_scr.ops.pool import average_pool


class FreeAveragePool2d(nn.Module):
    """``nn.AdaptiveAvgPool2d`` that needs no compilation of its own at every size.

    Args:
        size: (h, w) of the result.
    """

    def __init__(self, size: tuple[int, int]) -> None:
        super().__init__()
        self.size = size

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W) -> (B, C, h, w)."""
        return average_pool(x, self.size)


class Exchanged(NamedTuple):
    """A pool that was exchanged, and where it hung."""

    parent: nn.Module
    name: str
    pool: nn.Module


def free_pools(model: nn.Module) -> list[Exchanged]:
    """Exchange the adaptive pools of a model in place, and return those that it had."""
    exchanged = []
    for parent in list(model.modules()):
        for name, child in parent.named_children():
            size = _size(child)
            if size is not None:
                setattr(parent, name, FreeAveragePool2d(size))
                exchanged.append(Exchanged(parent, name, child))
    return exchanged


def give_back(exchanged: Sequence[Exchanged]) -> None:
    """Put pools of :func:`free_pools` back where they hung."""
    for parent, name, pool in exchanged:
        setattr(parent, name, pool)


def _size(module: nn.Module) -> tuple[int, int] | None:
    """Of the result, if the module pools to a fixed number of several pixels."""
    if type(module) is not nn.AdaptiveAvgPool2d:
        return None
    given = module.output_size
    size = (given, given) if isinstance(given, int) else tuple(given)
    # The mean of all pixels is a form that every compiler has.
    return None if None in size or size == (1, 1) else size
