"""Scalars of trainings, read from the ``scalars.json`` that mmengine writes."""

import json
from collections.abc import Iterator
from pathlib import Path

from mmseg_scr.visualization import Series

TIMES = ('time', 'data_time')  # of an iteration of a training


def read_scalars(work_dir: Path | str) -> Series:
    """All scalars that the runs in a work dir logged, a resumed run joined to the first.

    Args:
        work_dir: a work dir, whose ``<time stamp>/vis_data/scalars.json`` are read in order of
            time, or the folder of one run. Where runs overlap, the later one counts. A last line
            that was cut off, as by a lost machine, is left out, and the times of validations are.

    Returns:
        Name -> (iterations, values), by rising iteration.

    Raises:
        FileNotFoundError: no run has logged anything there.
        ValueError: another line is no entry of a log.
    """
    files = sorted(Path(work_dir).rglob('vis_data/scalars.json'))
    if not files:
        raise FileNotFoundError(f'no vis_data/scalars.json below {work_dir}: train there first')
    values: dict[str, dict[int, float]] = {}
    for file in files:
        for entry in _entries(file):
            step = int(entry.pop('step'))
            others = () if 'iter' in entry else TIMES  # a validation has its own, per image
            for name, value in entry.items():
                if isinstance(value, int | float) and name not in others:
                    values.setdefault(name, {})[step] = float(value)
    return {
        name: ([*sorted(points)], [points[step] for step in sorted(points)])
        for name, points in values.items()
    }


def _entries(file: Path) -> Iterator[dict]:
    for line in file.read_text(errors='replace').splitlines(keepends=True):
        try:
            yield json.loads(line)
        except ValueError as error:
            if line.endswith('\n'):
                raise ValueError(
                    f'{file} holds a line that is no entry of a log: {line}'
                ) from error
