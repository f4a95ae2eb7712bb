"""Loss and mIoU over iterations."""

from collections.abc import Mapping
from pathlib import Path

from mmseg_scr.visualization.figure import make_figure, save_figure

Series = dict[str, tuple[list[int], list[float]]]  # name -> (iterations, values)


def plot_curves(path: Path | str, runs: Mapping[str, Series]) -> Path:
    """Write one PNG: each run's total and single losses, and its validation mIoU.

    Args:
        path: the file to write; its folder is made.
        runs: title -> scalars by name; drawn are those whose last word begins with ``loss``, and
            ``mIoU``.

    Returns:
        ``path``.
    """
    figure = make_figure(width=11, height=4)
    loss_axis, miou_axis = figure.subplots(1, 2)
    for title, scalars in runs.items():
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
    return save_figure(figure, path)
