"""A parity report for people and for programs."""

from collections.abc import Sequence
from dataclasses import asdict

from mmseg_scr.export.parity import Cell, Limits

HEADER = (
    '| picture | batch, height, width | largest difference | argmax agreement | mmseg | file | |\n'
    '|---|---|---:|---:|---:|---:|---|'
)


def parity_table(cells: Sequence[Cell], limits: Limits) -> str:
    """Markdown, a row a picture; differences are shares of the largest value."""
    return '\n'.join([HEADER, *(_row(cell, limits) for cell in cells)])


def parity_record(
    cells: Sequence[Cell], limits: Limits, metadata: dict[str, str]
) -> dict[str, object]:
    """Everything of a report, for JSON."""
    rows = [asdict(cell) | dict(passes=cell.passes(limits)) for cell in cells]
    return dict(
        passes=all(row['passes'] for row in rows),
        limits=asdict(limits),
        cells=rows,
        metadata=dict(metadata),
    )


def _row(cell: Cell, limits: Limits) -> str:
    batch, _, height, width = cell.shape
    parts = (
        cell.name,
        f'{batch}, {height}, {width}',
        '-' if cell.difference is None else f'{cell.difference:.1e}',
        '-' if cell.agreement is None else f'{cell.agreement:.6f}',
        f'{cell.model_ms:.0f} ms',
        '-' if cell.file_ms is None else f'{cell.file_ms:.0f} ms',
        'ok' if cell.passes(limits) else f'FAILS{cell.error and ": " + cell.error}',
    )
    return f'| {" | ".join(parts)} |'
