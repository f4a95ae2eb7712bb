"""Watching what a module is given and what it returns."""

from collections.abc import Iterator
from contextlib import contextmanager

from torch import Tensor, nn

Call = tuple[tuple[Tensor, ...], Tensor]


@contextmanager
def recorded_calls(module: nn.Module) -> Iterator[list[Call]]:
    """Collect what `module` is given and what it returns, as long as the context is open."""
    calls = []
    handle = module.register_forward_hook(lambda _, given, result: calls.append((given, result)))
    try:
        yield calls
    finally:
        handle.remove()
