"""Rows of methods as markdown, LaTeX and CSV."""

import csv
import io
from collections.abc import Sequence
from statistics import mean, stdev

from mmseg_scr.runs.columns import Choice
from mmseg_scr.runs.rows import SCORE, Cell, Row

NOISE = 'within noise'  # beside a difference whose interval has zero in it
NOTHING = '-'
NOTE = """\
Means over seeds ± standard deviation; in brackets the difference to {baseline}, paired by seed on
one kind of device, with the 95 % interval of Student's t over seeds. "{noise}": zero is inside of
it, so that these runs do not resolve the difference; that does not show it to be zero."""
NOTE_ON_CLASSES = """\
Means over seeds ± standard deviation; in brackets the mean difference to {baseline}, paired by
seed on one kind of device. It has no interval here: of many classes, chance alone would resolve
some."""
NOTE_ON_IMAGES = """\
"{score} over images" asks another question, of two trained models: the difference of one pair of
runs, with the 95 % percentile interval of 10,000 draws of the test images with replacement."""
# What stands for a character that has a meaning in LaTeX.
LATEX = str.maketrans(
    {character: rf'\{character}' for character in '_%&#${}'}
    | {'^': r'\textasciicircum{}', '~': r'\textasciitilde{}', '\\': r'\textbackslash{}'}
    | {'±': r'$\pm$'}
)
COSTS = ('device', 'M', 'G', 's / iteration', 'min')
Texts = tuple[list[str], list[list[str]]]


def format_markdown(rows: Sequence[Row], choice: Choice, *, baseline: str) -> str:
    """The table and the note that says how to read it."""
    header, body = _texts(rows, choice)
    ruler = ['---', *('---:' for _ in header[1:])]
    escaped = ([cell.replace('|', r'\|') for cell in cells] for cells in (header, ruler, *body))
    lines = [f'| {" | ".join(cells)} |' for cells in escaped]
    note = NOTE_ON_CLASSES if choice.classes else NOTE
    notes = [note.format(baseline=baseline, noise=NOISE)]
    if _has_images(rows, choice):
        notes.append(NOTE_ON_IMAGES.format(score=SCORE))
    return '\n'.join([*lines, '', *notes])


def format_latex(rows: Sequence[Row], choice: Choice) -> str:
    """A ``tabular`` with the rules of the package booktabs."""
    header, body = _texts(rows, choice)
    head, *lines = (' & '.join(c.translate(LATEX) for c in r) + r' \\' for r in (header, *body))
    columns = 'l' + 'r' * (len(header) - 1)
    rules = [rf'\begin{{tabular}}{{{columns}}}', r'\toprule', head, r'\midrule', *lines]
    return '\n'.join([*rules, r'\bottomrule', r'\end{tabular}'])


def format_csv(rows: Sequence[Row]) -> str:
    """One line a method and metric, with every value and the interval as numbers."""
    lines = []
    for row in rows:
        for name, cell in row.cells.items():
            spread = stdev(cell.values) if len(cell.values) > 1 else ''
            d = cell.difference
            compared = ['', '', '', ''] if d is None else [d.mean, d.low, d.high, d.count]
            lists = [' '.join(map(str, values)) for values in (row.seeds, cell.values)]
            lines.append([row.title, name, mean(cell.values), spread, *compared, *lists])
    header = ['method', 'metric', 'mean', 'sd', 'difference', 'low', 'high', 'pairs']
    return _csv([*header, 'seeds', 'values'], lines)


def format_images_csv(rows: Sequence[Row]) -> str:
    """One line a pair of runs of one seed: the difference of mIoU with its interval over images."""
    return _csv(
        ['method', 'seed', 'difference', 'low', 'high', 'images', 'opposite', 'lost'],
        [
            [row.title, seed, d.mean, d.low, d.high, d.count, d.opposite, d.lost]
            for row in rows
            for seed, d in row.images.items()
        ],
    )


def _csv(header: Sequence[str], lines: Sequence[Sequence]) -> str:
    file = io.StringIO()
    writer = csv.writer(file, lineterminator='\n')
    writer.writerows([header, *lines])
    return file.getvalue()


def _texts(rows: Sequence[Row], choice: Choice) -> Texts:
    """Header and rows of a table as texts."""
    names = [name for name in choice.metrics if any(name in row.cells for row in rows)]
    header = ['method', 'seeds', *(COSTS if choice.is_main else ()), *names]
    body = []
    for row in rows:
        costs = _costs(row) if choice.is_main else []
        cells = [_text(row.cells.get(name), name, choice) for name in names]
        body.append([row.title, str(len(row.seeds)), *costs, *cells])
    if _has_images(rows, choice):
        header.append(f'{SCORE} over images')
        for cells, row in zip(body, rows, strict=True):
            cells.append(_first_pair(row))
    return header, body


def _has_images(rows: Sequence[Row], choice: Choice) -> bool:
    return choice.is_main and any(row.images for row in rows)


def _costs(row: Row) -> list[str]:
    seconds = NOTHING if row.seconds is None else f'{row.seconds:.3f}'
    minutes = NOTHING if row.minutes is None else f'{row.minutes:.1f}'
    return [', '.join(row.devices), f'{row.parameters:.3f}', f'{row.macs:.3f}', seconds, minutes]


def _text(cell: Cell | None, name: str, choice: Choice) -> str:
    if cell is None:
        return NOTHING
    digits = '.3f' if 'loss' in name else '.2f'
    spread = f' ± {stdev(cell.values):{digits}}' if len(cell.values) > 1 else ''
    text = f'{mean(cell.values):{digits}}{spread}'
    if cell.difference is None:
        return text
    if choice.classes:
        return f'{text} ({cell.difference.mean:+{digits}})'
    is_noise = cell.difference.count > 1 and not cell.difference.resolved
    noise = f', {NOISE}' if is_noise else ''
    return f'{text} ({cell.difference:{digits}}{noise})'


def _first_pair(row: Row) -> str:
    if not row.images:
        return NOTHING
    seed, difference = next(iter(row.images.items()))
    return f'{difference} (seed {seed})'
