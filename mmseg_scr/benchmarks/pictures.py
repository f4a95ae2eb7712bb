"""Pictures of outcomes: ratios with intervals, growth, accuracy over latency."""

from collections.abc import Sequence
from pathlib import Path

from mmseg_scr.benchmarks.comparisons import TIME, Subject
from mmseg_scr.benchmarks.growth import fit_growth
from mmseg_scr.benchmarks.outcomes import Outcome
from mmseg_scr.costs.catalogue import ROWS
from mmseg_scr.costs.pictures import NAMES
from mmseg_scr.costs.published import VAL
from mmseg_scr.visualization import (
    LatencyPoint,
    RatioBar,
    draw_growth,
    draw_latency,
    draw_ratios,
    save_figure,
)
from mmseg_scr.visualization.figure import PRINT_DPI


def draw_outcomes(folder: Path, outcomes: Sequence[Outcome]) -> list[Path]:
    """Write those of ``ratios.png``, ``growth.png``, ``latency.png`` that there are numbers for."""
    figures = {}
    if bars := _bars(outcomes):
        figures['ratios.png'] = draw_ratios(bars)
    growths = [g for g in fit_growth(outcomes) if g.exponents]
    if growths:
        figures['growth.png'] = draw_growth(growths[0].times, growths[0].exponents)
    if points := _points(outcomes):
        size = 'x'.join(map(str, _published(outcomes)[0].comparison.size))
        figures['latency.png'] = draw_latency(points, size=size)
    return [save_figure(f, folder / name, dpi=PRINT_DPI) for name, f in figures.items()]


def _bars(outcomes: Sequence[Outcome]) -> dict[str, list[RatioBar]]:
    """Title -> a bar a subject but the first."""
    panels = {}
    for outcome in outcomes:
        goals = {g.subject: g.at_most for g in outcome.comparison.goals if g.quantity == TIME}
        rows = [row for row in outcome.rows[1:] if TIME in row.quantities]
        ratios = [(row.name, row.quantities[TIME].ratio) for row in rows]
        bars = [
            RatioBar(name, ratio.median, ratio.low, ratio.high, goals.get(name))
            for name, ratio in ratios
            if ratio is not None
        ]
        if bars:
            base = outcome.comparison.subjects[0].name
            panels[f'{outcome.comparison.title} (to {base})'] = bars
    return panels


def _points(outcomes: Sequence[Outcome]) -> list[LatencyPoint]:
    return [
        LatencyPoint(_short_name(subject), milliseconds, ROWS[subject.config.stem].miou)
        for outcome in _published(outcomes)
        for subject, milliseconds in _timed(outcome)
    ]


def _short_name(subject: Subject) -> str:
    """Method and size, as SCR-S, where the file's name tells them."""
    method, backbone, *_ = subject.config.stem.split('_')
    return f'{NAMES[method]}-{backbone[-1].upper()}' if method in NAMES else subject.name


def _published(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Plain inference at one size, of models with an accuracy that was published."""
    plain = [
        outcome
        for outcome in outcomes
        if outcome.comparison.batch == 1
        and not outcome.comparison.training
        and not outcome.comparison.series
        and _timed(outcome)
    ]
    return [o for o in plain if o.comparison.size == plain[0].comparison.size]


def _timed(outcome: Outcome) -> list[tuple[Subject, float]]:
    """Eager models in fp32 as they are shipped, single-scale on val."""
    rows = {row.name: row for row in outcome.rows}
    timed = []
    for subject in outcome.comparison.subjects:
        as_shipped = isinstance(subject, Subject) and subject == Subject(
            subject.name, subject.config
        )
        row = ROWS.get(subject.config.stem) if as_shipped else None
        measured = rows.get(subject.name)
        if row and row.miou and row.protocol == VAL and measured and TIME in measured.quantities:
            timed.append((subject, measured.quantities[TIME].value))
    return timed
