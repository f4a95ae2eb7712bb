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
        for index in (0, 1)[:: -1 if number % 2 else 1]:
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


def time_alone(call: Callable[[], object], *, device: torch.device, rounds: int = ROUNDS) -> float:
    """Median seconds of a call, after two that do not count."""
    clock, times = clock_of(device), []
    for _ in range(WARM_UP + rounds):
        start = clock()
        call()
        times.append(clock() - start)
    return median(times[WARM_UP:])


def clock_of(device: torch.device) -> Callable[[], float]:
    """Seconds: processor time where one thread computes, for others may keep it waiting."""
    if device.type == 'cpu':
        return time.process_time if torch.get_num_threads() == 1 else time.perf_counter

    def after_the_device() -> float:
        torch.get_device_module(device).synchronize(device)
        return time.perf_counter()

    return after_the_device
