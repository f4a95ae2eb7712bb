"""Which of two ways is faster: they take turns, so that a slow spell of the machine meets both."""

import time
from collections.abc import Callable
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


def take_turns(
    first: Callable[[], object],
    second: Callable[[], object],
    *,
    device: torch.device,
    rounds: int = ROUNDS,
) -> Times:
    """Time two calls against one another.

    Args:
        first: what there is.
        second: what might take its place.
        device: on which they compute.
        rounds: that count, after two that do not.
    """
    clock = clock_of(device)
    times = []
    for number in range(WARM_UP + rounds):
        seconds = {}
        for call in (first, second)[:: -1 if number % 2 else 1]:
            start = clock()
            call()
            seconds[call] = clock() - start
        times.append((seconds[first], seconds[second]))
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
