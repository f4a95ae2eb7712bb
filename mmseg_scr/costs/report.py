"""One table for a set of configs: own costs, whole and by part, beside what was published."""

import csv
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from mmseg_scr.costs.configs import LEGEND, NOTHING, ConfigCost, order_parts
from mmseg_scr.costs.count import Cost
from mmseg_scr.costs.pictures import draw_costs

COLUMNS = """\
Columns from backbone on are the paper G of the parts, a dash where a model has no such part.
*count* names the own count that the published G compare with; differences are own against
published. The mIoU is published, none of it was measured by this project."""
OF_TEXT = ('config', 'size', 'count', 'protocol', 'source')


def format_report(counted: Sequence[ConfigCost]) -> str:
    """Markdown: legend, table, and a footnote for every published figure that is not met."""
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
    return '\n\n'.join(filter(None, [LEGEND, COLUMNS, table, footnotes]))


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
    record = {
        'config': str(counted),
        'size': counted.size,
        'M': f'{cost.total.parameters / 1e6:.2f}',
        'paper G': f'{cost.total.paper / 1e9:.2f}',
        'full G': f'{cost.total.full / 1e9:.2f}',
    }
    for name in parts:
        record[name] = f'{cost.parts[name].paper / 1e9:.2f}' if name in cost.parts else NOTHING
    record['M published'], _, record['M %'] = counted.parameters.cells
    record['count'] = counted.count if row and row.macs else NOTHING
    record['G published'], _, record['G %'] = counted.macs.cells
    known = row is not None and row.miou is not None
    record['mIoU published'] = f'{row.miou:.1f}' if known else NOTHING
    record['protocol'] = row.protocol if known else NOTHING
    record['source'] = row.source if row else NOTHING
    return record


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
