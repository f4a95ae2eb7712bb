"""Figures of finished trainings."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mmseg_scr.runs.records import read_records
from mmseg_scr.runs.rows import require_one_experiment
from mmseg_scr.visualization import draw_seed_curves

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def curves(file: Path, metrics: Sequence[str], *, width: float) -> 'Figure':
    """Curves of every method of a records file, its seeds in a band.

    Raises:
        ValueError: no record, no run has such a curve, or a title has records of two experiments.
    """
    records = read_records(file)
    if not records:
        raise ValueError(f'{file} has no record of a finished training')
    for title in {record.title for record in records}:
        require_one_experiment(title, {r.digest for r in records if r.title == title})
    logged = sorted({name for record in records for name in record.curves})
    panels: dict[str, dict[str, list]] = {}
    for metric in metrics:
        for record in records:
            if metric in record.curves:
                methods = panels.setdefault(metric, {})
                methods.setdefault(record.title, []).append(record.curves[metric])
        if metric not in panels:
            raise ValueError(f'no run of {file} has a curve of {metric!r}, only of {logged}')
    return draw_seed_curves(panels, width=width)
