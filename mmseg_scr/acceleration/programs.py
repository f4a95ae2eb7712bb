"""Compiled code of one part of a network, where it gives what the part gives."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from weakref import proxy

import torch
from torch import Tensor
from torch._dynamo import config as dynamo_config
from torch._dynamo.backends.registry import lookup_backend
from torch._inductor import config as inductor_config
from torch.utils._pytree import tree_flatten, tree_map

from mmseg_scr.acceleration.likeness import largest_difference
from mmseg_scr.acceleration.own_code import forget_with, with_own_code
from mmseg_scr.ops.random_state import State, random_state, set_random_state

MOST_GUARDS = 100  # of one free size; with more, as windows that shift give, it becomes a constant
MOST = 2  # programs: one for the form that came first, one for all others
CHECKED = 3  # forms of the second program that are run eagerly too


class Programs:
    """Calls compiled code; the form of the inputs that comes first has a program of its own.

    All later forms share a second program, whose sizes are free. Its first few are also run in
    eager mode and compared. What does not compile, or differs, is run in eager mode from then on:
    of forms that were met before, their programs stay.

    Attributes:
        count: of programs that were compiled.
        failure: why no more are, None as long as they are.
        tell: is given a line when that happens.

    Args:
        forward: what is compiled, as one graph each time.
        name: for messages.
        backend: of ``torch.compile``.
        tolerance: largest difference from eager mode, of the largest value.
    """

    def __init__(
        self,
        forward: Callable,
        name: str,
        *,
        backend: str,
        tolerance: float,
    ) -> None:
        self.count = 0
        self.failure: str | None = None
        self._eager = forward
        self._name = name
        self._backend = lookup_backend(backend)
        self._tolerance = tolerance
        self.tell: Callable[[str], None] = _say_nothing
        self._first, self._others = (self._program(free) for free in (False, True))
        self._forms: dict[tuple, Callable] = {}
        self._to_check = 1 + CHECKED

    def __call__(self, *args: object, **kwargs: object) -> object:
        """What ``forward`` returns."""
        form = _form(args, kwargs)
        if form not in self._forms and self.failure is not None:
            return self._eager(*args, **kwargs)
        # The part may write to what it is given, and draw random numbers.
        given = (args, kwargs) if form in self._forms else tree_map(_clone, (args, kwargs))
        state = random_state()
        try:
            return self._run(form, args, kwargs, given, state)
        except Exception as error:
            set_random_state(state)
            result = self._eager(*given[0], **given[1])  # may raise too: it was no compiler's fault
            self.failure = one_line(error)
            self._forms.pop(form, None)
            self.tell(f'{self._name} runs eagerly at sizes new to it: {self.failure}')
            return result

    def _program(self, free: bool) -> Callable:
        """A program to be, in code of its own that goes with these programs."""
        forward = with_own_code(self._eager)
        forget_with(self, forward)
        compile_one = partial(Programs.compile, proxy(self))  # torch keeps it for good
        return torch.compile(forward, dynamic=free, fullgraph=True, backend=compile_one)

    def _run(self, form: tuple, args: tuple, kwargs: dict, given: tuple, state: State) -> object:
        """Compiled code of a form; of a new one, after a comparison as long as there are few."""
        is_new = form not in self._forms
        program = self._forms.get(form) or (self._others if self._forms else self._first)
        with _settings():
            result = program(*args, **kwargs)
        if is_new and self._to_check:
            set_random_state(state)
            self._check(self._eager(*given[0], **given[1]), result)
            self._to_check -= 1
        self._forms[form] = program
        return result

    def _check(self, expected: object, actual: object) -> None:
        difference = largest_difference(_floats(expected), _floats(actual))
        if not difference <= self._tolerance:  # also where it is nan
            raise ArithmeticError(f'compiled code differs by {difference:.0e} of the largest value')

    def compile(self, graph: torch.fx.GraphModule, inputs: list) -> Callable:
        """Compiled code of a graph, counted."""
        if self.count == MOST:
            raise RuntimeError(f'{MOST} compiled programs do not cover its sizes')
        program = self._backend(graph, inputs)  # may raise to be called again with another graph
        self.count += 1
        return program


def one_line(error: BaseException) -> str:
    """What happened first, without the places."""
    while (cause := getattr(error, 'inner_exception', None) or error.__cause__) is not None:
        error = cause
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return f'{type(error).__name__}: {lines[0]}' if lines else type(error).__name__


@contextmanager
def _settings() -> Iterator[None]:
    """Weights and rates are constants, random numbers are eager mode's, equal sizes are chance."""
    from torch.fx.experimental import _config as shape_config  # torch 2.1 has none

    with ExitStack() as stack:
        stack.enter_context(dynamo_config.patch(specialize_float=True))
        stack.enter_context(inductor_config.patch(freezing=True, fallback_random=True))
        shapes = dict(use_duck_shape=False, symbol_guard_limit_before_specialize=MOST_GUARDS)
        stack.enter_context(shape_config.patch(**shapes))
        yield


def _form(args: tuple, kwargs: dict) -> tuple:
    """All that compiled code depends on: of tensors not the values, of all else those too."""
    return tuple(
        (leaf.shape, leaf.stride(), leaf.dtype, leaf.device, leaf.requires_grad)
        if isinstance(leaf, Tensor)
        else repr(leaf)
        for leaf in tree_flatten((args, kwargs))[0]
    )


def _floats(result: object) -> list[Tensor]:
    leaves = (leaf for leaf in tree_flatten(result)[0] if isinstance(leaf, Tensor))
    return [leaf for leaf in leaves if leaf.is_floating_point()]


def _clone(leaf: object) -> object:
    return leaf.clone() if isinstance(leaf, Tensor) else leaf


def _say_nothing(line: str) -> None:
    """For programs that are on trial."""
