"""Makes the evaluation of models that draw random numbers in their forward pass repeatable."""

import random
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch
from mmengine.hooks import Hook
from mmengine.registry import HOOKS
from mmengine.runner import Runner

from mmseg_scr.ops.random_state import random_state, set_random_state


@HOOKS.register_module()
class SeededEvaluationHook(Hook):
    """Seed all generators before every validation or test batch; hand back their state afterwards.

    SegNeXt's head starts its matrix factorisation from random bases in evaluation too: two passes
    over one image disagree in many pixels. With this hook an image gets the same bases every time,
    and the course of training does not depend on how often it is validated.

    Args:
        seed: of the first batch; batch i uses seed + i.
    """

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed
        self._states: tuple | None = None

    def before_val_epoch(self, runner: Runner) -> None:
        """Remember the state that training left."""
        self._states = _states()

    def before_val_iter(
        self, runner: Runner, batch_idx: int, data_batch: dict | tuple | list | None = None
    ) -> None:
        """Seed for one batch."""
        _seed(self.seed + batch_idx)

    def after_val_epoch(self, runner: Runner, metrics: dict[str, float] | None = None) -> None:
        """Give training its state back."""
        _set_states(self._states)

    def before_test_epoch(self, runner: Runner) -> None:
        """Remember the state before the test."""
        self.before_val_epoch(runner)

    def before_test_iter(
        self, runner: Runner, batch_idx: int, data_batch: dict | tuple | list | None = None
    ) -> None:
        """Seed for one batch."""
        _seed(self.seed + batch_idx)

    def after_test_epoch(self, runner: Runner, metrics: dict[str, float] | None = None) -> None:
        """Give back the state before the test."""
        self.after_val_epoch(runner, metrics)


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """All generators begin at this seed; afterwards they stand where they stood.

    With the index of an image as the seed, a model that draws predicts as in a test with
    :class:`SeededEvaluationHook` and batches of one image.
    """
    states = _states()
    try:
        _seed(seed)
        yield
    finally:
        _set_states(states)


def _seed(seed: int) -> None:
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)


def _states() -> tuple:
    return random.getstate(), np.random.get_state(), random_state()


def _set_states(states: tuple) -> None:
    python, numpy, torchs = states
    random.setstate(python)
    np.random.set_state(numpy)
    set_random_state(torchs)
