"""Keeps weights that were folded or compiled from being changed without a word."""

from types import MethodType

from torch import nn

FORWARD_HOOKS = ('_forward_hooks', '_forward_pre_hooks')
ADVICE = 'call optimize() again, on a model that was built and filled anew'


class Weights:
    """What the parameters, buffers and hooks of a module are at one time.

    In-place operations count up the version of a tensor, and a move or a cast gives it other
    memory. Only writing through ``tensor.data`` is not seen.

    Args:
        module: whose tensors, and whose parts' hooks, are meant. Its own hooks run outside of what
            is compiled.
    """

    def __init__(self, module: nn.Module) -> None:
        self._module = module
        self._tensors = [*module.parameters(), *module.buffers()]
        self._parts = list(module.modules())[1:]
        self._state = self._read()
        self._hooks = self._read_hooks()

    @property
    def have_changed(self) -> bool:
        """Whether any is not what it was."""
        return self._read() != self._state

    @property
    def has_other_hooks(self) -> bool:
        """Whether a hook of the forward of a part came or went."""
        return self._read_hooks() != self._hooks

    def _read_hooks(self) -> list[int]:
        return [
            key for part in self._parts for kind in FORWARD_HOOKS for key in getattr(part, kind)
        ]

    def _read(self) -> list[tuple[int, int]]:
        return [(tensor.data_ptr(), tensor._version) for tensor in self._tensors]


def seal(model: nn.Module) -> None:
    """Make a model refuse to be trained or to load other weights, whole or in parts."""
    for module in model.modules():
        module.register_load_state_dict_pre_hook(_refuse_to_load)
    model.train = MethodType(_train, model)


def _refuse_to_load(module: nn.Module, *_: object) -> None:
    raise RuntimeError(f'an optimized {type(module).__name__} takes no other weights; {ADVICE}')


def _train(model: nn.Module, mode: bool = True) -> nn.Module:
    if mode:
        raise RuntimeError(f'an optimized {type(model).__name__} cannot be trained; {ADVICE}')
    return type(model).train(model, False)
