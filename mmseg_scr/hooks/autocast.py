"""Mixed precision in bfloat16 on any device; mmengine's wrapper refuses a CPU."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from mmengine.optim import AmpOptimWrapper, OptimWrapper
from mmengine.registry import OPTIM_WRAPPERS
from torch import nn


@OPTIM_WRAPPERS.register_module()
class AutocastOptimWrapper(OptimWrapper):
    """Runs the losses of a training step under ``torch.autocast`` in bfloat16.

    bfloat16 has the range of float32, so no loss is scaled and checkpoints are those of
    ``OptimWrapper``; weights and the optimiser stay float32.

    Args:
        **kwargs: of mmengine's ``OptimWrapper``.
    """

    @contextmanager
    def optim_context(self, model: nn.Module) -> Iterator[None]:
        """Around the forward of ``model`` and its losses."""
        device = next(model.parameters()).device.type
        with super().optim_context(model), torch.autocast(device, torch.bfloat16):
            yield


def in_mixed_precision(wrapper: OptimWrapper, dtype: str) -> OptimWrapper:
    """The wrapper of the same optimiser, with its clipping and accumulation, that autocasts.

    Args:
        wrapper: one that does not change the precision.
        dtype: ``'bfloat16'``, or ``'float16'``, which mmengine scales and a CPU does not have.

    Raises:
        ValueError: another dtype; float16 where mmengine has none, as on a CPU.
        TypeError: the wrapper is not a plain ``OptimWrapper``.
    """
    wrappers = dict(bfloat16=AutocastOptimWrapper, float16=AmpOptimWrapper)
    if dtype not in wrappers:
        raise ValueError(f'autocast must be one of {[*wrappers]}, got {dtype!r}')
    if type(wrapper) is wrappers[dtype]:
        return wrapper
    if type(wrapper) is not OptimWrapper:
        raise TypeError(
            f"autocast={dtype!r} needs optim_wrapper.type='OptimWrapper', got "
            f'{type(wrapper).__name__}; leave one of the two out'
        )
    options = dict(dtype=dtype) if dtype == 'float16' else {}
    try:
        other = wrappers[dtype](optimizer=wrapper.optimizer, **options)
    except AssertionError as error:
        raise ValueError(
            f"autocast={dtype!r} cannot be used here, give autocast='bfloat16': {error}"
        ) from error
    other.__dict__.update(wrapper.__dict__)  # what clips, accumulates and counts
    # A schedule has put a counter around the step of the old wrapper, which unscales no gradient.
    other.__dict__.pop('step', None)
    wrapper._global_step = 0  # or the schedule would warn that it precedes the first step
    return other
