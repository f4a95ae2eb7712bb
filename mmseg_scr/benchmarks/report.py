"""Outcomes as Markdown: a table a comparison, goals, parts, and the growth over a series."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from mmseg_scr.benchmarks.comparisons import BACKBONE_TIME, DECODER_TIME, TIME
from mmseg_scr.benchmarks.goals import judge
from mmseg_scr.benchmarks.growth import Growth, fit_growth
from mmseg_scr.benchmarks.outcomes import Outcome, Quantity, Row
from mmseg_scr.benchmarks.pictures import draw_outcomes
from mmseg_scr.benchmarks.results import Results

TIMES = (TIME, BACKBONE_TIME, DECODER_TIME)
MIB = 2**20
NOTHING = '-'
SMALL = 0.1  # ratios below are told as one over a number
LEGEND = """\
Medians over rounds in which the models take turns; ratios are taken within a round, to the first
model of the table, with the 95 % interval of their median in brackets. Memory is the peak of what a
run allocates beside weights and input. *waits*: how often the host waits for a device in one run. A
goal is judged by the median; `?` where the interval says either."""


def format_report(outcomes: Sequence[Outcome], machine: Mapping[str, object]) -> str:
    """All outcomes, with what they were measured on."""
    versions = ', '.join(f'{name} {value}' for name, value in machine['versions'].items())
    head = f'{machine["device"]}; {versions}; {machine["date"]}; `{machine["command"]}`'
    tables = [format_outcome(outcome) for outcome in outcomes]
    return '\n\n'.join([head, LEGEND, *tables, *map(format_growth, fit_growth(outcomes))])


def write_report(folder: Path, results: Results) -> None:
    """Write ``report.md`` and the pictures that there are numbers for."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / 'report.md').write_text(format_report(results.outcomes, results.machine) + '\n')
    draw_outcomes(folder, results.outcomes)


def format_outcome(outcome: Outcome) -> str:
    """One comparison."""
    if outcome.note:
        return f'{_heading(outcome)}\n\n{outcome.note}'
    names = dict.fromkeys(name for row in outcome.rows for name in row.quantities)
    has_waits = any(row.waits is not None for row in outcome.rows)
    header = ['model', *(cell for name in names for cell in _header(name))]
    header += ['waits'] if has_waits else []
    rows = []
    for row in outcome.rows:
        cells = [row.name]
        for name in names:
            cells += _cells(name, row.quantities.get(name))
        rows.append(cells + ([_waits(row)] if has_waits else []))
    pieces = [_heading(outcome), _table(header, rows), _notes(outcome), _goals(outcome)]
    return '\n\n'.join(filter(None, [*pieces, _parts(outcome)]))


def ratio_words(quantity: Quantity) -> str:
    """A ratio with its interval; small ones are also told as 1/N."""
    if quantity.ratio is None:
        return NOTHING
    median = quantity.ratio.median
    return f'{quantity.ratio}, 1/{1 / median:.0f}' if 0 < median < SMALL else str(quantity.ratio)


def _heading(outcome: Outcome) -> str:
    c = outcome.comparison
    images = 'image' if c.batch == 1 else 'images'
    words = [f'{c.batch} {images} of {c.size[0]}x{c.size[1]}']
    words.append('losses and gradients' if c.training else 'inference')
    rounds = max((row.rounds for row in outcome.rows), default=0)
    if rounds:
        words += [outcome.clock, f'{rounds} round{"s" if rounds > 1 else ""}']
    words += ['freed memory kept'] * c.keep_memory
    return f'### {c.title}\n\n{"; ".join(words)}.'


def _header(name: str) -> list[str]:
    unit = 'ms' if name in TIMES else 'MiB'
    return [f'{name}, {unit}', 'ratio']


def _cells(name: str, quantity: Quantity | None) -> list[str]:
    if quantity is None:
        return [NOTHING, NOTHING]
    value = quantity.value if name in TIMES else quantity.value / MIB
    return [f'{value:.1f}', ratio_words(quantity)]


def _waits(row: Row) -> str:
    return NOTHING if row.waits is None else str(sum(row.waits.values()))


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    ruler = ['---', *['---:'] * (len(header) - 1)]
    return '\n'.join(f'| {" | ".join(row)} |' for row in (header, ruler, *rows))


def _notes(outcome: Outcome) -> str:
    return '\n'.join(f'{row.name}: {row.note}.' for row in outcome.rows if row.note)


def _goals(outcome: Outcome) -> str:
    lines = []
    for goal in outcome.comparison.goals:
        limit = f'1/{1 / goal.at_most:.0f}' if goal.at_most < SMALL else f'{goal.at_most:g}'
        lines.append(
            f'Goal: {goal.quantity} of {goal.subject} at most {limit}: **{judge(goal, outcome)}**.'
        )
    return '\n'.join(lines)


def _parts(outcome: Outcome) -> str:
    rows = outcome.rows
    parts = list(dict.fromkeys(part for row in rows for part in row.parts))
    if not parts:
        return ''
    cells = [
        [part, *(f'{row.parts[part]:.1f}' if part in row.parts else NOTHING for row in rows)]
        for part in parts
    ]
    if outcome.comparison.slot:
        cells += _slot_times(outcome.comparison.slot, rows)
    return _table(['part, ms', *(row.name for row in rows)], cells)


def _slot_times(slot: str, rows: Sequence[Row]) -> list[list[str]]:
    """All parts of a slot together, and in relation to those of the last subject."""
    times = [sum(ms for part, ms in row.parts.items() if part.startswith(slot)) for row in rows]
    ratios = [f'{time / times[-1]:.2f}' if times[-1] else NOTHING for time in times]
    return [
        [f'all of {slot}', *(f'{time:.1f}' for time in times)],
        [f'ratio to {rows[-1].name}', *ratios],
    ]


def format_growth(growth: Growth) -> str:
    """Times of a series over its sizes, with exponents."""
    pixels = sorted({p for times in growth.times.values() for p in times})
    rows = []
    for name, times in (growth.times | growth.parts).items():
        exponent = growth.exponents.get(name)
        cells = [f'{times[p]:.1f}' if p in times else NOTHING for p in pixels]
        rows.append([name, *cells, NOTHING if exponent is None else f'{exponent:.3f}'])
    header = ['ms', *(growth.sizes[p] for p in pixels), 'exponent']
    lines = [
        f'Goal: exponent of {name} at most {limit:g}: '
        f'**{"met" if growth.exponents[name] <= limit else "missed"}**.'
        for name, limit in growth.goals.items()
    ]
    return '\n\n'.join([f'### {growth.series}', _table(header, rows), *lines])
