"""Which tensors a model makes and what it does with each, seen in one pass."""

from collections import defaultdict
from collections.abc import Callable
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode
from torch.utils._pytree import tree_flatten

ASKS_ONLY = frozenset({'size', 'dim', 'stride', 'numel', 'is_contiguous', '__len__', 'ndimension'})
CONVOLUTION = ('input', 'weight', 'bias', 'stride', 'padding', 'dilation', 'groups')
NORMALIZATION = ('input', 'running_mean', 'running_var', 'weight', 'bias')


class Call(NamedTuple):
    """One call of a function of torch, with the tensors themselves."""

    function: Callable
    args: tuple
    kwargs: dict
    result: object

    def named(self, names: tuple[str, ...]) -> dict[str, object]:
        """The arguments by name, None where one was not given."""
        given = dict(zip(names, self.args, strict=False)) | self.kwargs
        return {name: given.get(name) for name in names}


class Dataflow(TorchFunctionMode):
    """Writes down every call of torch while it is entered, and which tensors each call reads.

    Tensors are told apart by identity, and are kept alive so that an identity stays unique.
    """

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[Call] = []
        self._readers: dict[int, list[Call]] = defaultdict(list)

    def __torch_function__(self, func, types, args=(), kwargs=None):
        """Run the function and remember it."""
        kwargs = kwargs or {}
        result = func(*args, **kwargs)
        if _only_asks(func, result):
            return result
        call = Call(func, args, kwargs, result)
        self.calls.append(call)
        for leaf in tree_flatten((args, kwargs))[0]:
            if isinstance(leaf, Tensor):
                self._readers[id(leaf)].append(call)
        return result

    def readers(self, tensor: Tensor) -> list[Call]:
        """The calls that were given a tensor, once for each time that it stands there."""
        return self._readers[id(tensor)]

    def of(self, function: Callable) -> list[Call]:
        """All calls of a function, in their order."""
        return [call for call in self.calls if call.function is function]

    def convolutions(self) -> list[Call]:
        """Calls of 2-D convolution."""
        return self.of(F.conv2d)

    def normalizations(self) -> list[Call]:
        """Calls of batch normalisation."""
        return self.of(F.batch_norm)


def observe(run: Callable[[], object]) -> tuple[Dataflow, object]:
    """What happens in a call, and what it returns."""
    with torch.no_grad(), Dataflow() as flow:
        result = run()
    return flow, result


def owners(model: nn.Module) -> dict[int, list[tuple[nn.Module, str]]]:
    """Identity of every parameter, buffer and module -> where it hangs; twice if it is shared."""
    found = defaultdict(list)
    for module in model.modules():
        for table in (module._parameters, module._buffers, module._modules):
            for name, entry in table.items():
                if entry is not None:
                    found[id(entry)].append((module, name))
    return found


def is_watched(module: nn.Module) -> bool:
    """Whether hooks see what goes in or out."""
    return bool(module._forward_hooks or module._forward_pre_hooks)


def _only_asks(function: Callable, result: object) -> bool:
    """Whether it reads a shape or a dtype and no value."""
    name = getattr(function, '__name__', '')
    has_tensor = any(isinstance(leaf, Tensor) for leaf in tree_flatten(result)[0])
    return name in ASKS_ONLY or (name == '__get__' and not has_tensor)
