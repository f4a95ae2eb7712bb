"""Times over the sizes of a series of comparisons, whole and by part, with fitted exponents."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mmseg_scr.benchmarks.comparisons import BACKBONE_TIME, DECODER_TIME, TIME
from mmseg_scr.benchmarks.outcomes import Outcome
from mmseg_scr.speed.growth import growth_exponent

CURVES = {TIME: 'whole', BACKBONE_TIME: 'backbone', DECODER_TIME: 'decoder'}
LEAST = 1.0  # milliseconds; the time of a smaller part is noise


@dataclass(frozen=True)
class Growth:
    """Of one series.

    Attributes:
        series: its name.
        times: subject and part -> pixels of a batch -> milliseconds.
        parts: the same of what an eager decoder consists of, of 1 ms and more at every size.
        exponents: of those with two sizes or more.
        sizes: pixels -> height x width.
        goals: limits of exponents, by their names, where the whole series was measured.
    """

    series: str
    times: Mapping[str, Mapping[int, float]]
    parts: Mapping[str, Mapping[int, float]]
    exponents: Mapping[str, float]
    sizes: Mapping[int, str]
    goals: Mapping[str, float]


def fit_growth(outcomes: Sequence[Outcome]) -> list[Growth]:
    """One for each series among the outcomes."""
    grouped = defaultdict(list)
    for outcome in outcomes:
        if outcome.comparison.series:
            grouped[outcome.comparison.series].append(outcome)
    return [_fit(series, group) for series, group in grouped.items()]


def _fit(series: str, outcomes: Sequence[Outcome]) -> Growth:
    times, parts, sizes = defaultdict(dict), defaultdict(dict), {}
    for outcome in outcomes:
        comparison = outcome.comparison
        height, width = comparison.size
        pixels = comparison.batch * height * width
        for row in outcome.rows:
            for quantity, curve in CURVES.items():
                if quantity in row.quantities:
                    times[f'{row.name}, {curve}'][pixels] = row.quantities[quantity].value
                    sizes[pixels] = f'{height}x{width}'
            for part, milliseconds in row.parts.items():
                if part not in CURVES.values():
                    parts[f'{row.name}, {part}'][pixels] = milliseconds
    parts = {name: own for name, own in parts.items() if min(own.values()) >= LEAST}
    grown = {name: own for name, own in (times | parts).items() if len(own) > 1}
    exponents = {name: growth_exponent(own) for name, own in grown.items()}
    return Growth(series, dict(times), parts, exponents, sizes, _goals(outcomes, times))


def _goals(
    outcomes: Sequence[Outcome], times: Mapping[str, Mapping[int, float]]
) -> dict[str, float]:
    goals = {}
    for goal in (goal for outcome in outcomes for goal in outcome.comparison.exponents):
        sizes = [o for o in outcomes if goal.subject in {s.name for s in o.comparison.subjects}]
        name = f'{goal.subject}, {CURVES[goal.quantity]}'
        if len(sizes) > 1 and len(times.get(name, ())) == len(sizes):
            goals[name] = goal.at_most
    return goals
