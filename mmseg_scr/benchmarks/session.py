"""Comparisons one after another, within a time, with what was measured kept at every step."""

import gc
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch

from mmseg_scr.benchmarks.comparisons import Comparison, ContrastTerm
from mmseg_scr.benchmarks.measuring import measure
from mmseg_scr.benchmarks.outcomes import Outcome
from mmseg_scr.speed.turns import Limit

LEAST_ROUNDS = 3
# What a subject costs before its first round, and what is left is not enough for: a guess.
SECONDS_TO_MAKE = {'eager': 2.0, 'optimized': 60.0, 'exported': 20.0, 'onnxruntime': 30.0}


@dataclass(frozen=True)
class Budget:
    """``rounds`` of each comparison at most, and ``seconds`` of all together, about."""

    rounds: int = 20
    seconds: float = float('inf')


def run_comparisons(
    comparisons: Sequence[Comparison],
    *,
    device: str = 'cpu',
    budget: Budget | None = None,
    now: Callable[[], float] = time.monotonic,
) -> Iterator[Outcome]:
    """Measure one comparison after another.

    What time is left is shared by the comparisons that are left. One that would not be made in
    what is left of all is not begun; its outcome says so.

    Args:
        comparisons: in order.
        device: where.
        budget: of rounds and time.
        now: seconds.

    Yields:
        The outcome of each, as soon as it is there.
    """
    budget = budget or Budget()
    if torch.device(device).type == 'cuda' and torch.device(device).index is not None:
        torch.cuda.set_device(device)  # events and statistics are those of the current one
    end = now() + budget.seconds
    for number, comparison in enumerate(comparisons):
        left = end - now()
        if left < _seconds_to_make(comparison):
            yield Outcome(comparison, note='not measured: no time was left')
            continue
        share = left / (len(comparisons) - number)
        rounds = min(LEAST_ROUNDS, budget.rounds)
        yield _guarded(comparison, device, Limit(budget.rounds, share, rounds))
        gc.collect()
        if torch.cuda.is_available():
            torch.cuda.empty_cache()


def _guarded(comparison: Comparison, device: str, limit: Limit) -> Outcome:
    try:
        return measure(comparison, device=device, limit=limit)
    except Exception as error:  # the others are to be measured
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        return Outcome(comparison, note=f'not measured: {reason}')


def _seconds_to_make(comparison: Comparison) -> float:
    forms = (
        'eager' if isinstance(subject, ContrastTerm) else subject.form
        for subject in comparison.subjects
    )
    return sum(SECONDS_TO_MAKE[form] for form in forms)
