"""A part of a segmentor whose forward may be compiled, and may compute in half precision."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
from mmseg.models import BaseSegmentor
from torch import Tensor, nn
from torch.utils._python_dispatch import _get_current_dispatch_mode
from torch.utils._pytree import tree_map

from mmseg_scr.acceleration.programs import Programs
from mmseg_scr.acceleration.seal import ADVICE, Weights
from mmseg_scr.ops.recording import is_recorded

NOT_IN_PREDICTION = ('data_preprocessor', 'auxiliary_head')


class Part:
    """Stands in for ``forward`` of a module, whoever calls it.

    Args:
        module: in evaluation mode.
        name: under which it hangs.
        device: on which it is.
    """

    def __init__(self, module: nn.Module, name: str, *, device: torch.device) -> None:
        self.module = module
        self.name = name
        self.forward = module.forward
        self.calls = 0
        self.dtype: torch.dtype | None = None
        self.programs: Programs | None = None
        self._device = device
        self._to_float = True
        self._weights: Weights | None = None
        self.install()

    def install(self) -> None:
        """Take the place of the module's own forward."""
        self.module.forward = self

    def __call__(self, *args: object, **kwargs: object) -> object:
        """What the module returns.

        Raises:
            RuntimeError: its weights or hooks are not those that were compiled.
        """
        self.calls += 1
        if self._is_watched():
            return self.forward(*args, **kwargs)
        with self._precision():
            if self.programs is None or self._is_outer_autocast():
                result = self.forward(*args, **kwargs)
            else:
                result = self._run_programs(args, kwargs)
        return tree_map(_to_float, result) if self.dtype and self._to_float else result

    def use(
        self,
        programs: Programs | None,
        dtype: torch.dtype | None = None,
        *,
        to_float: bool = True,
    ) -> None:
        """Run these programs from now on, or eager mode, in a precision.

        Args:
            programs: None for eager mode.
            dtype: of autocast; None for none.
            to_float: return float32 nevertheless.
        """
        self.programs = programs
        self.dtype = dtype
        self._to_float = to_float
        self._weights = Weights(self.module) if programs else None

    def first_inputs(self, run: Callable[[], object]) -> tuple[tuple, dict]:
        """Arguments of its first call while ``run``, which calls it, computes; it runs eagerly."""
        own, programs, found = self.forward, self.programs, []

        def noting(*args: object, **kwargs: object) -> object:
            found.append((args, kwargs))
            return own(*args, **kwargs)

        self.forward, self.programs = noting, None
        try:
            run()
        finally:
            self.forward, self.programs = own, programs
        return found[0]

    def remove(self) -> None:
        """Give the module its own forward back."""
        del self.module.forward

    def __deepcopy__(self, memo: dict) -> Part:
        """Refuse: compiled code belongs to the weights of one model."""
        raise TypeError('an optimized model cannot be copied; copy the model, then optimize() that')

    def __reduce__(self) -> str:
        """Refuse likewise."""
        raise TypeError('an optimized model cannot be pickled; pickle the model before')

    def _run_programs(self, args: tuple, kwargs: dict) -> object:
        if self.module.training or self._weights.have_changed:
            raise RuntimeError(f'weights of {self.name} changed after optimize(); {ADVICE}')
        if self._weights.has_other_hooks:
            raise RuntimeError(
                f'hooks inside of {self.name} changed after optimize(), and compiled code does not '
                f'call them; {ADVICE}'
            )
        args, kwargs = tree_map(_without_inference_mode, (args, kwargs))
        # In this order: leaving inference mode turns gradients on, with which nothing is frozen.
        with torch.inference_mode(False), torch.no_grad():
            return self.programs(*args, **kwargs)

    @contextmanager
    def _precision(self) -> Iterator[None]:
        if self.dtype is None:
            yield
            return
        with torch.autocast(self._device.type, self.dtype):
            yield

    def _is_outer_autocast(self) -> bool:
        """Whether a precision is asked for that is not the one of the programs."""
        return self.dtype is None and torch.is_autocast_enabled(self._device.type)

    def _is_watched(self) -> bool:
        """Whether somebody traces the model or follows its operators."""
        return is_recorded() or _get_current_dispatch_mode() is not None


def install_parts(model: BaseSegmentor, device: torch.device) -> list[Part]:
    """Backbone, neck, head and what else a segmentor may call, each made a :class:`Part`."""
    parts = []
    for name, child in model.named_children():
        if name in NOT_IN_PREDICTION:
            continue
        several = isinstance(child, nn.ModuleList)
        for index, module in enumerate(child if several else [child]):
            own_name = f'{name}[{index}]' if several else name
            if type(module).forward is not nn.Module.forward:
                parts.append(Part(module, own_name, device=device))
    return parts


def _without_inference_mode(leaf: object) -> object:
    """A copy of what inference mode made, for which all would be compiled anew."""
    if not isinstance(leaf, Tensor) or not leaf.is_inference():
        return leaf
    with torch.inference_mode(False):
        return leaf.clone()


def _to_float(leaf: object) -> object:
    is_half = isinstance(leaf, Tensor) and leaf.dtype in (torch.bfloat16, torch.float16)
    return leaf.float() if is_half else leaf
