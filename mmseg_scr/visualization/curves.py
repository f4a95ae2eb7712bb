"""Loss and mIoU over iterations, read from the ``scalars.json`` that mmengine writes."""

import json
from collections.abc import Mapping
from pathlib import Path

Series = dict[str, tuple[list[int], list[float]]]


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


def plot_curves(path: Path | str, runs: Mapping[str, Path | str]) -> Path:
    """Write one PNG: each run's total and single losses, and its validation mIoU.

    Args:
        path: the file to write; its folder is made.
        runs: title -> work dir.

    Returns:
        ``path``.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 4), layout='constrained')
    FigureCanvasAgg(figure)
    loss_axis, miou_axis = figure.subplots(1, 2)
    for title, work_dir in runs.items():
        scalars = read_scalars(work_dir)
        for name in sorted(n for n in scalars if n.rpartition('.')[2].startswith('loss')):
            style = dict(linewidth=2) if name == 'loss' else dict(linestyle='--', linewidth=1)
            loss_axis.plot(*scalars[name], label=f'{title}: {name}', **style)
        if 'mIoU' in scalars:
            miou_axis.plot(*scalars['mIoU'], marker='o', label=title)
    loss_axis.set(xlabel='iteration', ylabel='training loss', ylim=(0, None))
    miou_axis.set(xlabel='iteration', ylabel='validation mIoU (%)', ylim=(0, None))
    for axis in (loss_axis, miou_axis):
        axis.grid(alpha=0.3)
        if axis.lines:
            axis.legend(fontsize='small')
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=100)
    return path
