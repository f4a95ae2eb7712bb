"""Tables of finished trainings, made from their records alone."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import mean, stdev

from mmseg_scr.runs.records import RunRecord
from mmseg_scr.runs.statistics import Difference, paired_difference

NOISE = 'within noise'  # beside a difference whose interval has zero in it
NOTHING = '-'
NOTE = """\
Means over seeds ± standard deviation; in brackets the difference to {baseline}, paired by seed on
one kind of device, with the 95 % interval of Student's t over seeds. "{noise}": zero is inside of
it, so that these runs do not resolve the difference; that does not show it to be zero."""


@dataclass(frozen=True)
class Cell:
    """A metric of one method: a value a seed, and the difference to the baseline."""

    values: tuple[float, ...]
    pairs: tuple[float, ...] = ()  # own value above the baseline's, of each seed that both have
    difference: Difference | None = None

    def __str__(self) -> str:
        spread = f' ± {stdev(self.values):.2f}' if len(self.values) > 1 else ''
        return f'{mean(self.values):.2f}{spread}'

    @property
    def interval(self) -> tuple[float, float] | None:
        """Of the mean difference; None where there are fewer than two pairs."""
        return (self.difference.low, self.difference.high) if len(self.pairs) > 1 else None

    @property
    def verdict(self) -> str:
        """The difference in words, empty for the baseline."""
        if self.difference is None:
            return ''
        single = self.difference.count == 1
        noise = '' if single or self.difference.resolved else f', {NOISE}'
        return f'{self.difference}{noise}'


@dataclass(frozen=True)
class Row:
    """A method: its seeds, costs (1e6 parameters, 1e9 multiply-adds, seconds) and metrics."""

    title: str
    seeds: tuple[int, ...]
    parameters: float
    macs: float
    seconds: float
    cells: dict[str, Cell]


def summarize(
    records: Iterable[RunRecord], *, baseline: str, metrics: Sequence[str] = ('mIoU',)
) -> list[Row]:
    """A row a title, in the order in which titles come up.

    Args:
        records: of one study.
        baseline: title that the others are compared with.
        metrics: names among those of the records. A method that lacks one has no cell for it.

    Raises:
        ValueError: the baseline has no record, or a title has records of different experiments.
    """
    by_title: dict[str, dict[int, RunRecord]] = {}
    for record in records:
        by_title.setdefault(record.title, {})[record.seed] = record
    if baseline not in by_title:
        raise ValueError(f'no record of the baseline {baseline!r}, only of {[*by_title]}')
    for title, runs in by_title.items():
        digests = {run.digest for run in runs.values()}
        if len(digests) > 1:
            raise ValueError(
                f'{title!r} has records of {len(digests)} different experiments; give them other '
                'titles, or another file'
            )
    return [_row(title, runs, by_title[baseline], metrics) for title, runs in by_title.items()]


def format_markdown(rows: Sequence[Row], *, baseline: str) -> str:
    """The table and the note that says how to read it."""
    header, body = _text_cells(rows)
    ruler = ['---', *('---:' for _ in header[1:])]
    lines = [f'| {" | ".join(cells)} |' for cells in (header, ruler, *body)]
    return '\n'.join([*lines, '', NOTE.format(baseline=baseline, noise=NOISE)])


def format_latex(rows: Sequence[Row]) -> str:
    """A ``tabular`` with the rules of the package booktabs."""
    header, body = _text_cells(rows)
    escape = str.maketrans({'_': r'\_', '%': r'\%', '&': r'\&', '±': r'$\pm$'})
    lines = [' & '.join(cell.translate(escape) for cell in cells) + r' \\' for cells in body]
    head = ' & '.join(cell.translate(escape) for cell in header) + r' \\'
    columns = 'l' + 'r' * (len(header) - 1)
    rules = [rf'\begin{{tabular}}{{{columns}}}', r'\toprule', head, r'\midrule', *lines]
    return '\n'.join([*rules, r'\bottomrule', r'\end{tabular}'])


def format_csv(rows: Sequence[Row]) -> str:
    """One line a method and metric, with every value and the interval as numbers."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator='\n')
    writer.writerow(
        ['method', 'metric', 'mean', 'sd', 'difference', 'low', 'high', 'pairs', 'seeds', 'values']
    )
    for row in rows:
        for name, cell in row.cells.items():
            spread = stdev(cell.values) if len(cell.values) > 1 else ''
            d = cell.difference
            compared = ['', '', '', ''] if d is None else [d.mean, d.low, d.high, d.count]
            lists = [' '.join(map(str, values)) for values in (row.seeds, cell.values)]
            writer.writerow([row.title, name, mean(cell.values), spread, *compared, *lists])
    return file.getvalue()


def _row(
    title: str,
    runs: dict[int, RunRecord],
    baseline: dict[int, RunRecord],
    metrics: Sequence[str],
) -> Row:
    first = next(iter(runs.values()))
    return Row(
        title=title,
        seeds=tuple(sorted(runs)),
        parameters=first.parameters / 1e6,
        macs=first.macs,
        seconds=mean(run.seconds_per_iteration for run in runs.values()),
        cells={
            name: _cell(name, runs, baseline)
            for name in metrics
            if all(name in run.metrics for run in runs.values())
        },
    )


def _cell(name: str, runs: dict[int, RunRecord], baseline: dict[int, RunRecord]) -> Cell:
    values = tuple(float(runs[seed].metrics[name]) for seed in sorted(runs))
    pairs = [
        (baseline[seed].metrics[name], run.metrics[name])
        for seed, run in runs.items()
        if seed in baseline
        and baseline[seed].device == run.device
        and name in baseline[seed].metrics
    ]
    if runs is baseline or not pairs:
        return Cell(values)
    above = tuple(own - base for base, own in pairs)
    return Cell(values, above, paired_difference(*zip(*pairs, strict=True)))


def _text_cells(rows: Sequence[Row]) -> tuple[list[str], list[list[str]]]:
    names = list(dict.fromkeys(name for row in rows for name in row.cells))
    header = ['method', 'seeds', 'M', 'G', 's / iteration', *names]
    body = []
    for row in rows:
        costs = [f'{row.parameters:.3f}', f'{row.macs:.3f}', f'{row.seconds:.3f}']
        cells = [_text(row.cells[name]) if name in row.cells else NOTHING for name in names]
        body.append([row.title, str(len(row.seeds)), *costs, *cells])
    return header, body


def _text(cell: Cell) -> str:
    return f'{cell} ({cell.verdict})' if cell.verdict else str(cell)
