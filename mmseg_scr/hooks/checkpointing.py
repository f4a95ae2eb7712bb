"""Gradient checkpointing of the blocks of any backbone: memory for a second forward."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import partial

import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.utils.checkpoint import checkpoint


def checkpoint_blocks(backbone: nn.Module) -> int:
    """Keep what enters each block, and compute the rest of it again for the gradient.

    Random numbers are drawn alike both times, and running statistics are updated once. Blocks run
    outside of a compiled graph.

    Args:
        backbone: changed in place; names of parameters stay.

    Returns:
        The number of blocks, at least 1.

    Raises:
        ValueError: no blocks are found.
    """
    blocks = repeated_blocks(backbone)
    if not blocks:
        raise ValueError(
            f'{type(backbone).__name__} has no list of equal blocks; set with_cp of the backbone '
            'where it has that option, or leave checkpointed out'
        )
    for block in blocks:
        if getattr(block.forward, 'func', None) is not _run:  # as after a first training
            block.forward = partial(_run, block, block.forward)
    return len(blocks)


def repeated_blocks(module: nn.Module) -> list[nn.Module]:
    """Innermost modules that stand in a ``ModuleList`` or ``Sequential`` of their class alone.

    Layers of torch itself are too small to count as blocks.
    """
    found = []
    for parent in module.modules():
        if not isinstance(parent, (nn.ModuleList, nn.Sequential)):
            continue
        classes = {type(child) for child in parent}
        if len(classes) == 1 and not classes.pop().__module__.startswith('torch.nn.'):
            found += parent
    found = list(dict.fromkeys(found))
    return [block for block in found if not set(found).intersection(list(block.modules())[1:])]


@torch.compiler.disable
def _run(block: nn.Module, forward: object, *args: object, **kwargs: object) -> object:
    if not (block.training and torch.is_grad_enabled()):
        return forward(*args, **kwargs)
    contexts = partial(_contexts, block)
    return checkpoint(forward, *args, use_reentrant=False, context_fn=contexts, **kwargs)


def _contexts(block: nn.Module) -> tuple:
    return nullcontext(), _statistics_stay(block)


@contextmanager
def _statistics_stay(block: nn.Module) -> Iterator[None]:
    """Batch normalisations then update copies of their running statistics."""
    norms = [module for module in block.modules() if isinstance(module, _BatchNorm)]
    kept = [dict(norm._buffers) for norm in norms]
    try:
        for norm, buffers in zip(norms, kept, strict=True):
            copies = {n: None if b is None else b.clone() for n, b in buffers.items()}
            norm._buffers.update(copies)
        yield
    finally:
        for norm, buffers in zip(norms, kept, strict=True):
            norm._buffers.update(buffers)
