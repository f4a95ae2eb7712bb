"""Compiling what a training step computes, but not the step."""

from collections.abc import Callable

import torch
from mmseg.models.segmentors import EncoderDecoder


def compile_parts(model: EncoderDecoder, backend: str = 'inductor') -> None:
    """Compile backbone, neck and heads apart, in place; names of parameters stay.

    The losses run outside of the graphs: what they read of the labels, and how they are called by
    mmengine, would break these at every step.

    Args:
        model: a segmentor.
        backend: of ``torch.compile``.
    """
    for name in ('backbone', 'neck'):
        part = getattr(model, name, None)
        if part is not None:
            part.compile(backend=backend)
    for name in ('decode_head', 'auxiliary_head'):
        part = getattr(model, name, None)
        several = part if isinstance(part, torch.nn.ModuleList) else [part]
        for head in several:
            if head is not None:  # `loss` of a head calls its forward, not the head
                head.forward = CompiledForward(head.forward, backend)


class CompiledForward:
    """Stands in for the forward of a module; of a copied or unpickled one, it compiles that one's.

    Args:
        forward: bound to its module.
        backend: of ``torch.compile``.
    """

    def __init__(self, forward: Callable, backend: str) -> None:
        self._given = forward, backend
        self._compiled = torch.compile(forward, backend=backend)

    def __call__(self, *args: object, **kwargs: object) -> object:
        """What ``forward`` returns."""
        return self._compiled(*args, **kwargs)

    def __reduce__(self) -> tuple:
        """Not the compiled function, which would go on with the weights of the first module."""
        return type(self), self._given
