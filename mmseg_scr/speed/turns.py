"""Runs that take turns in one process.

A machine that others use too slows down for seconds at a time. Each round runs everything once, so
that a slow spell meets all of it; ratios are taken within a round.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from mmseg_scr.speed.clocks import Run
from mmseg_scr.speed.intervals import Interval, median_interval

WARM_UP_ROUNDS = 2


@dataclass(frozen=True)
class Limit:
    """When to stop: after ``rounds``, or earlier, after ``seconds`` and at least ``least`` rounds.

    Raises:
        ValueError: a number of rounds is below 1.
    """

    rounds: int = 20
    seconds: float = float('inf')
    least: int = 3

    def __post_init__(self) -> None:
        if min(self.rounds, self.least) < 1:
            raise ValueError(f'rounds must be at least 1, got {min(self.rounds, self.least)}')

    def reached(self, rounds: int, seconds: float) -> bool:
        """Whether so many rounds in so many seconds are enough."""
        return rounds >= self.rounds or (seconds >= self.seconds and rounds >= self.least)


def take_turns(
    runs: Mapping[str, Run],
    limit: Limit,
    *,
    seconds: Callable[[Run], float],
    now: Callable[[], float] = time.monotonic,
) -> dict[str, list[float]]:
    """Seconds of every run, one entry a round; in every other round they run in reverse order.

    Args:
        runs: by name.
        limit: of the rounds; two more come before, which do not count, or one where it takes as
            long as the limit's seconds.
        seconds: what a run took, see :mod:`mmseg_scr.speed.clocks`.
        now: the clock of the limit.
    """
    begin, spent, number, warm_up = now(), 0.0, 0, WARM_UP_ROUNDS
    times = {name: [] for name in runs}
    while not limit.reached(number - warm_up, spent):
        for name in list(runs)[:: -1 if number % 2 else 1]:
            elapsed = seconds(runs[name])
            if number >= warm_up:
                times[name].append(elapsed)
        number += 1
        spent = now() - begin
        if spent >= limit.seconds:
            warm_up = min(warm_up, number)
    return times


def ratios_to(base: str, times: Mapping[str, Sequence[float]]) -> dict[str, Interval]:
    """The median over the rounds of each run's ratio to the run ``base``, with its interval."""
    return {
        name: median_interval([a / b for a, b in zip(own, times[base], strict=True)])
        for name, own in times.items()
    }
