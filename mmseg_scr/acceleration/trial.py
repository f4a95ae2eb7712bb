"""Which of two ways is faster: they take turns, so that a slow spell of the machine meets both."""

import time
from collections.abc import Callable, Sequence
from statistics import median
from typing import NamedTuple

import torch

ROUNDS = 5
WARM_UP = 2


class Times(NamedTuple):
    """Medians in milliseconds, and the median over the rounds of second by first."""

    first: float
    second: float
    ratio: float


def _nothing() -> None:
    """Before a call that needs no preparation."""


def take_turns(
    first: Callable[[], object],
    second: Callable[[], object],
    *,
    device: torch.device,
    rounds: int = ROUNDS,
    prepare: Sequence[Callable[[], object]] = (_nothing, _nothing),
) -> Times:
    """Time two calls against one another.

    Args:
        first: what there is.
        second: what might take its place.
        device: on which they compute.
        rounds: that count, after two that do not.
        prepare: is called before each call of the first, and of the second; takes no time.
    """
    clock = clock_of(device)
    times = []
    for number in range(WARM_UP + rounds):
        seconds = {}
        for index in (0, 1)[:: -1 if number % 2 else 1]:
            prepare[index]()
            start = clock()
            (first, second)[index]()
            seconds[index] = clock() - start
        times.append((seconds[0], seconds[1]))
    times = times[WARM_UP:]
    return Times(
        1000 * median(one for one, _ in times),
        1000 * median(other for _, other in times),
        median(other / one for one, other in times),
    )


def clock_of(device: torch.device) -> Callable[[], float]:
    """Seconds: processor time where one thread computes, for others may keep it waiting."""
    if device.type == 'cpu':
        return time.process_time if torch.get_num_threads() == 1 else time.perf_counter

    def after_the_device() -> float:
        torch.get_device_module(device).synchronize(device)
        return time.perf_counter()

    return after_the_device
