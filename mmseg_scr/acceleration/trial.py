"""Which of two ways is faster: they take turns, so that a slow spell of the machine meets both."""

from collections.abc import Callable
from statistics import median
from typing import NamedTuple

import torch

from mmseg_scr.speed import turns
from mmseg_scr.speed.clocks import Stopwatch, stopwatch_of

ROUNDS = 5
ENOUGH = 30.0  # seconds, after which two rounds do: of pictures that take seconds each


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
        rounds: that count, at most, after those of :func:`mmseg_scr.speed.turns.take_turns` that
            do not.
    """
    runs = {'first': first, 'second': second}
    ones, others = _seconds(runs, device, rounds).values()
    ratio = median(other / one for one, other in zip(ones, others, strict=True))
    return Times(1000 * median(ones), 1000 * median(others), ratio)


def time_alone(call: Callable[[], object], *, device: torch.device, rounds: int = ROUNDS) -> float:
    """Median seconds of a call, after what does not count."""
    return median(_seconds({'alone': call}, device, rounds)['alone'])


def _seconds(
    runs: dict[str, Callable[[], object]], device: torch.device, rounds: int
) -> dict[str, list[float]]:
    limit = turns.Limit(rounds, ENOUGH, least=2)
    return turns.take_turns(runs, limit, seconds=_stopwatch(device).seconds)


def _stopwatch(device: torch.device) -> Stopwatch:
    return stopwatch_of(str(device), torch.get_num_threads())
