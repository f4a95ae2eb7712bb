"""One table for a set of configs: own costs, whole and by part, beside what was published.

Of a single config a second table tells parameters and all three counts of its parts.
"""

import csv
import json
from collections.abc import Sequence
from dataclasses import asdict
from math import floor, log10
from pathlib import Path

from mmseg_scr.costs.configs import Comparison, ConfigCost, order_parts
from mmseg_scr.costs.count import Cost
from mmseg_scr.costs.pictures import draw_costs

LEGEND = """\
G is 1e9 multiply-adds for one image, which the papers call GFLOPs.

- paper: convolutions and linear layers by the size of their output, biases, normalisations; no
  products of attention, activations, pooling, resizing or sampling. The method's paper counts so.
- full: paper + the matrix products of attention (of SegNeXt: of its matrix decomposition).
- executed: convolutions and matrix products that really run, without biases and normalisations."""
PARTS_HEADER = '| part | parameters | paper G | full G | executed G |\n|---|---:|---:|---:|---:|'
NOTHING = '-'
COLUMNS = """\
Columns from backbone on are the paper G of the parts, a dash where a model has no such part.
*count* names the own count that the published G compare with; differences are own against
published. The mIoU is published, none of it was measured by this project."""
OF_TEXT = ('config', 'size', 'count', 'protocol', 'source')


def format_report(counted: Sequence[ConfigCost]) -> str:
    """Markdown: legend, table, a footnote for every published figure that is not met, parts."""
    notes = list(dict.fromkeys(c.published.note for c in counted if c.published))
    numbers = {note: i for i, note in enumerate(filter(None, notes), start=1)}
    rows = []
    for record, c in zip(_records(counted), counted, strict=True):
        number = numbers.get(c.published.note) if c.published else None
        record['config'] += f' ({number})' if number else ''
        rows.append([*record.values()])
    header = [*record]
    ruler = ['---' if column in OF_TEXT else '---:' for column in header]
    table = '\n'.join(f'| {" | ".join(row)} |' for row in (header, ruler, *rows))
    footnotes = '\n'.join(f'{number}. {note}' for note, number in numbers.items())
    parts = _parts_table(*counted) if len(counted) == 1 else ''
    return '\n\n'.join(filter(None, [LEGEND, COLUMNS, table, footnotes, parts]))


def write_report(folder: Path, counted: Sequence[ConfigCost]) -> list[Path]:
    """Write the table as Markdown and CSV, all exact numbers as JSON, and two pictures.

    Returns:
        The files: ``table.md``, ``table.csv``, ``costs.json``, ``costs_by_part.png``,
        ``accuracy_cost.png``.
    """
    folder.mkdir(parents=True, exist_ok=True)
    markdown, table, numbers = (folder / n for n in ('table.md', 'table.csv', 'costs.json'))
    markdown.write_text(format_report(counted) + '\n')
    records = _records(counted)
    with table.open('w', newline='') as file:
        writer = csv.DictWriter(file, [*records[0], 'note'])
        writer.writeheader()
        for record, c in zip(records, counted, strict=True):
            cells = {name: '' if cell == NOTHING else cell for name, cell in record.items()}
            writer.writerow(cells | {'note': c.published.note if c.published else ''})
    numbers.write_text(json.dumps([_exact(c) for c in counted], indent=2) + '\n')
    return [markdown, table, numbers, *draw_costs(folder, counted)]


def _records(counted: Sequence[ConfigCost]) -> list[dict[str, str]]:
    """Column -> cell of each model; columns without any entry are left out."""
    parts = order_parts(counted)
    records = [_record(c, parts) for c in counted]
    filled = [name for name in records[0] if any(r[name] != NOTHING for r in records)]
    return [{name: record[name] for name in filled} for record in records]


def _record(counted: ConfigCost, parts: Sequence[str]) -> dict[str, str]:
    cost, row = counted.cost, counted.published
    measured = row is not None and row.miou is not None
    of_parts = {name: cost.parts[name].paper for name in parts if name in cost.parts}
    return {
        'config': str(counted),
        'size': counted.size,
        'M': _amount(cost.total.parameters / 1e6),
        'M published': _published(counted.parameters),
        'M %': _difference(counted.parameters),
        'paper G': _amount(cost.total.paper / 1e9),
        'full G': _amount(cost.total.full / 1e9),
        'count': counted.count if row and row.macs else NOTHING,
        'G published': _published(counted.macs),
        'G %': _difference(counted.macs),
        'mIoU published': f'{row.miou:.1f}' if measured else NOTHING,
        'protocol': row.protocol if measured else NOTHING,
        'source': row.source if row else NOTHING,
    } | {name: _amount(of_parts[name] / 1e9) if name in of_parts else NOTHING for name in parts}


def _published(comparison: Comparison) -> str:
    return NOTHING if comparison.published is None else f'{comparison.published:.2f}'


def _difference(comparison: Comparison) -> str:
    return NOTHING if comparison.published is None else f'{comparison.difference:+.2f}'


def _parts_table(counted: ConfigCost) -> str:
    parts = [(name, counted.cost.parts[name]) for name in order_parts([counted])]
    rows = [*parts, ('**total**', counted.cost.total)]
    lines = [PARTS_HEADER]
    for label, cost in rows:
        counts = (_amount(count / 1e9) for count in (cost.paper, cost.full, cost.executed))
        lines.append(f'| {label} | {cost.parameters:,} | {" | ".join(counts)} |')
    lines.append(f'| training only | {counted.cost.training_only:,} | | | |')
    return '\n'.join(lines)


def _amount(value: float) -> str:
    """Two decimals, and of a small value as many as show two digits."""
    decimals = 2 if value == 0 else max(2, 1 - floor(log10(abs(value))))
    return f'{value:.{decimals}f}'


def _exact(counted: ConfigCost) -> dict:
    return {
        'config': counted.config,
        'options': dict(counted.options),
        'shape': list(counted.shape),
        'total': _counts(counted.cost.total),
        'parts': {name: _counts(cost) for name, cost in counted.cost.parts.items()},
        'training_only': counted.cost.training_only,
        'published': asdict(counted.published) if counted.published else None,
    }


def _counts(cost: Cost) -> dict[str, int]:
    return {name: getattr(cost, name) for name in ('parameters', 'paper', 'full', 'executed')}
