"""Times over the sizes of a series of comparisons, whole and by part, with fitted exponents."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mmseg_scr.benchmarks.comparisons import BACKBONE_TIME, DECODER_TIME, TIME
from mmseg_scr.benchmarks.outcomes import Outcome
from mmseg_scr.speed.growth import growth_exponent

CURVES = {TIME: 'whole', BACKBONE_TIME: 'backbone', DECODER_TIME: 'decoder'}


@dataclass(frozen=True)
class Growth:
    """Of one series.

    Attributes:
        series: its name.
        times: subject and part -> pixels of a batch -> milliseconds.
        exponents: of those with two sizes or more.
        sizes: pixels -> height x width.
    """

    series: str
    times: Mapping[str, Mapping[int, float]]
    exponents: Mapping[str, float]
    sizes: Mapping[int, str]


def fit_growth(outcomes: Sequence[Outcome]) -> list[Growth]:
    """One for each series among the outcomes."""
    grouped = defaultdict(list)
    for outcome in outcomes:
        if outcome.comparison.series:
            grouped[outcome.comparison.series].append(outcome)
    return [_fit(series, group) for series, group in grouped.items()]


def _fit(series: str, outcomes: Sequence[Outcome]) -> Growth:
    times, sizes = defaultdict(dict), {}
    for outcome in outcomes:
        comparison = outcome.comparison
        height, width = comparison.size
        pixels = comparison.batch * height * width
        for row in outcome.rows:
            for quantity, curve in CURVES.items():
                if quantity in row.quantities:
                    times[f'{row.name}, {curve}'][pixels] = row.quantities[quantity].value
                    sizes[pixels] = f'{height}x{width}'
    exponents = {name: growth_exponent(own) for name, own in times.items() if len(own) > 1}
    return Growth(series, dict(times), exponents, sizes)
