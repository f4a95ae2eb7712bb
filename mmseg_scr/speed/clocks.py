"""How long a run takes: processor time, time by the wall clock, or time of a GPU by its own events.

On a CPU with one thread the time is that which the process had the processor: waiting for other
processes does not count. With several threads it is that of the wall clock, since the processor
time of threads adds up. On a GPU events are recorded before and after the run; the host's clock
takes no part, though the GPU does wait for a host that is too slow to feed it. Other devices are
waited for, by the wall clock.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import torch

Run = Callable[[], object]


@dataclass(frozen=True)
class Stopwatch:
    """``seconds(run)`` runs ``run`` and returns what it took; ``kind`` says which time that is."""

    kind: str
    seconds: Callable[[Run], float]


def stopwatch_of(device: str, threads: int = 1) -> Stopwatch:
    """The stopwatch for runs on a device, on a CPU with this many threads."""
    kind = torch.device(device).type
    if kind == 'cuda':
        return Stopwatch('time of the GPU between two events', _between_events)
    if kind != 'cpu':
        synchronize = torch.get_device_module(device).synchronize
        return Stopwatch(f'wall clock, {kind}', partial(_until_done, synchronize))
    if threads > 1:
        return Stopwatch(f'wall clock, {threads} threads', _by(time.perf_counter))
    return Stopwatch('processor time of one thread', _by(time.process_time))


def _by(clock: Callable[[], float]) -> Callable[[Run], float]:
    def seconds(run: Run) -> float:
        start = clock()
        run()
        return clock() - start

    return seconds


def _until_done(synchronize: Callable[[], None], run: Run) -> float:
    synchronize()  # what other runs left in the queue is theirs
    start = time.perf_counter()
    run()
    synchronize()
    return time.perf_counter() - start


def _between_events(run: Run) -> float:
    start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
    torch.cuda.synchronize()  # what other runs left in the queue is theirs
    start.record()
    run()
    end.record()
    end.synchronize()
    return start.elapsed_time(end) / 1000
