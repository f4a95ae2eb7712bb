"""How long a run takes: processor time, time by the wall clock, or time of a GPU by its own events.

On a CPU with one thread the time is that which the process had the processor: waiting for other
processes does not count. With several threads it is that of the wall clock, since the processor
time of threads adds up. On a GPU events are recorded before and after the run; the host's clock
takes no part, though the GPU does wait for a host that is too slow to feed it.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

import torch

Run = Callable[[], object]


@dataclass(frozen=True)
class Stopwatch:
    """``seconds(run)`` runs ``run`` and returns what it took; ``kind`` says which time that is."""

    kind: str
    seconds: Callable[[Run], float]


def stopwatch_of(device: str, threads: int = 1) -> Stopwatch:
    """The stopwatch for runs on a device, on a CPU with this many threads."""
    if torch.device(device).type == 'cuda':
        return Stopwatch('time of the GPU between two events', _between_events)
    if threads > 1:
        return Stopwatch(f'wall clock, {threads} threads', _by(time.perf_counter))
    return Stopwatch('processor time of one thread', _by(time.process_time))


def _by(clock: Callable[[], float]) -> Callable[[Run], float]:
    def seconds(run: Run) -> float:
        start = clock()
        run()
        return clock() - start

    return seconds


def _between_events(run: Run) -> float:
    start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
    torch.cuda.synchronize()  # what other runs left in the queue is theirs
    start.record()
    run()
    end.record()
    end.synchronize()
    return start.elapsed_time(end) / 1000
