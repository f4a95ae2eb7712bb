"""Scalars of trainings, read from the ``scalars.json`` that mmengine writes."""

import json
from pathlib import Path

from mmseg_scr.visualization import Series


def read_scalars(work_dir: Path | str) -> Series:
    """All scalars that the runs in a work dir logged, a resumed run joined to the first.

    Args:
        work_dir: a work dir, whose ``<time stamp>/vis_data/scalars.json`` are read in order of
            time, or the folder of one run. Where runs overlap, the later one counts.

    Returns:
        Name -> (iterations, values), by rising iteration.

    Raises:
        FileNotFoundError: no run has logged anything there.
    """
    files = sorted(Path(work_dir).rglob('vis_data/scalars.json'))
    if not files:
        raise FileNotFoundError(f'no vis_data/scalars.json below {work_dir}: train there first')
    values: dict[str, dict[int, float]] = {}
    for file in files:
        for line in file.read_text().splitlines():
            entry = json.loads(line)
            step = int(entry.pop('step'))
            for name, value in entry.items():
                if isinstance(value, int | float):
                    values.setdefault(name, {})[step] = float(value)
    return {
        name: ([*sorted(points)], [points[step] for step in sorted(points)])
        for name, points in values.items()
    }
