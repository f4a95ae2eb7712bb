"""Measure a comparison: make its subjects, let them take turns, look at what they need."""

import gc
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from statistics import median

import torch

from mmseg_scr import heap
from mmseg_scr.benchmarks import contrast, segmentors
from mmseg_scr.benchmarks.comparisons import (
    BACKBONE_TIME,
    DECODER_MEMORY,
    DECODER_TIME,
    KEPT,
    MEMORY,
    OF_A_RUN,
    TIME,
    Comparison,
    ContrastTerm,
)
from mmseg_scr.benchmarks.contestant import Contestant
from mmseg_scr.benchmarks.outcomes import Outcome, Quantity, Row
from mmseg_scr.speed.activations import kept_bytes
from mmseg_scr.speed.clocks import Stopwatch, stopwatch_of
from mmseg_scr.speed.intervals import Interval
from mmseg_scr.speed.memory import peak_bytes
from mmseg_scr.speed.parts import time_parts
from mmseg_scr.speed.turns import Limit, ratios_to, take_turns
from mmseg_scr.speed.waits import count_waits

DECODER = ' (decoder)'


def measure(comparison: Comparison, *, device: str = 'cpu', limit: Limit | None = None) -> Outcome:
    """Measure the subjects of a comparison; one that fails has a note in place of numbers.

    Args:
        comparison: what.
        device: where.
        limit: of the rounds.
    """
    with _threads(comparison.threads), _heap(comparison.keep_memory):
        contestants, notes = _make_all(comparison, device)
        stopwatch = stopwatch_of(device, comparison.threads)
        measured = {name: {} for name in contestants}
        base = comparison.subjects[0].name
        rounds = 0
        if contestants and TIME in comparison.quantities:
            rounds = _measure_times(measured, contestants, base, limit or Limit(), stopwatch)
        _measure_bytes(measured, contestants, comparison, device)
        rows = []
        for subject in comparison.subjects:
            name = subject.name
            if name not in contestants:
                rows.append(Row(name, note=notes[name]))
                continue
            one = contestants[name]
            looks = _look_inside(one, comparison, device)
            rows.append(Row(name, measured[name], *looks, note=one.note, rounds=rounds))
    return Outcome(comparison, tuple(rows), stopwatch.kind)


def _make_all(comparison: Comparison, device: str) -> tuple[dict[str, Contestant], dict[str, str]]:
    """Contestants that ran once, and why the others did not."""
    contestants, notes = {}, {}
    for subject in comparison.subjects:
        maker = contrast if isinstance(subject, ContrastTerm) else segmentors
        try:
            contestant = maker.make_contestant(subject, comparison, device)
            if OF_A_RUN.intersection(comparison.quantities):
                contestant.run()
            contestants[subject.name] = contestant
        except Exception as error:  # whatever a model, a compiler or a device can do wrong
            reason = (str(error).strip() or type(error).__name__).splitlines()[0]
            notes[subject.name] = f'not measured: {reason}'
        gc.collect()
    return contestants, notes


def _measure_times(
    measured: Mapping[str, dict],
    contestants: Mapping[str, Contestant],
    base: str,
    limit: Limit,
    stopwatch: Stopwatch,
) -> int:
    runs = {}
    for name, one in contestants.items():
        runs[name] = one.run
        if one.decoder:
            runs[name + DECODER] = one.decoder
    times = take_turns(runs, limit, seconds=stopwatch.seconds)
    series = {TIME: {name: times[name] for name in contestants}}
    decoders = {n: times[n + DECODER] for n, one in contestants.items() if one.decoder}
    if decoders:
        series[DECODER_TIME] = decoders
        series[BACKBONE_TIME] = {
            name: [max(a - b, 1e-9) for a, b in zip(times[name], own, strict=True)]
            for name, own in decoders.items()
        }
    for quantity, by_name in series.items():
        ratios = ratios_to(base, by_name) if base in by_name else {}
        for name, values in by_name.items():
            measured[name][quantity] = Quantity(1000 * median(values), ratios.get(name))
    return len(next(iter(times.values())))


def _measure_bytes(
    measured: Mapping[str, dict],
    contestants: Mapping[str, Contestant],
    comparison: Comparison,
    device: str,
) -> None:
    looks: dict[str, Callable[[Contestant], int | None]] = {
        MEMORY: lambda one: peak_bytes(one.run, device),
        DECODER_MEMORY: lambda one: one.decoder and peak_bytes(one.decoder, device),
        KEPT: lambda one: one.loss and kept_bytes(one.loss, one.own),
    }
    for quantity, look in looks.items():
        if quantity not in comparison.quantities:
            continue
        counts = {name: look(one) for name, one in contestants.items()}
        base = counts.get(comparison.subjects[0].name)
        for name, count in counts.items():
            if count is not None:
                ratio = Interval(count / base) if base else None
                measured[name][quantity] = Quantity(count, ratio)


def _look_inside(
    one: Contestant, comparison: Comparison, device: str
) -> tuple[Mapping[str, int] | None, Mapping[str, float]]:
    """Waits, and times of parts: what needs a run that is not the one that was timed."""
    if TIME not in comparison.quantities or (one.loss is None and one.eager is None):
        return None, {}
    waits = dict(count_waits(one.run, device))
    if one.eager is None:
        return waits, {}
    clock = time.process_time if comparison.threads == 1 else time.perf_counter
    width = comparison.size[1]
    times = time_parts(one.eager, one.run, input_width=width, device=device, clock=clock)
    return waits, {name: 1000 * seconds for name, seconds in times.items()}


@contextmanager
def _threads(count: int) -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@contextmanager
def _heap(keep: bool) -> Iterator[None]:
    if keep:
        heap.keep_memory()
    try:
        yield
    finally:
        if keep:
            heap.return_memory()
