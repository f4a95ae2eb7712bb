"""Training curves of methods, each seed within a band."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from mmseg_scr.visualization.figure import PAGE_WIDTH, legend_above, make_figure, tidy
from mmseg_scr.visualization.palette import model_style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Run = tuple[Sequence[int], Sequence[float]]  # iterations, values
PER_PANEL = 2.2  # inches, below which panels stand above one another
FEW = 12  # points of a curve that each get a marker


def draw_seed_curves(
    metrics: Mapping[str, Mapping[str, Sequence[Run]]], *, width: float = PAGE_WIDTH
) -> 'Figure':
    """A panel a metric, a line a method: the mean over seeds, in a band from lowest to highest.

    Where seeds were logged at other iterations, those that all of them have are drawn.

    Args:
        metrics: name -> title of a method -> a run a seed.
        width: of the figure, in inches.

    Raises:
        ValueError: nothing to draw, or the seeds of a method have no iteration in common.
    """
    if not metrics or not all(metrics.values()):
        raise ValueError(f'curves need a method for every metric, got {_titles(metrics)}')
    columns = len(metrics) if width > PER_PANEL * len(metrics) else 1
    rows = len(metrics) // columns
    figure = make_figure(width, rows * 0.72 * width / columns + 0.4)
    axes = figure.subplots(rows, columns, squeeze=False).flat
    titles = [*dict.fromkeys(title for methods in metrics.values() for title in methods)]
    handles = {}
    for axis, (name, methods) in zip(axes, metrics.items(), strict=True):
        tidy(axis, grid='both')
        for title, runs in methods.items():
            label = f'{title} ({len(runs)} seed{"s" if len(runs) > 1 else ""})'
            line = _draw(axis, f'{name} of {title}', runs, model_style(titles.index(title)))
            handles.setdefault(label, line)
        axis.set_xlabel('iteration')
        axis.set_ylabel(name)
    legend_above(figure, [*handles.values()], [*handles])
    return figure


def _draw(axis: 'Axes', name: str, runs: Sequence[Run], style: Mapping[str, object]) -> object:
    from matplotlib.colors import to_rgba

    steps = sorted(set.intersection(*(set(iterations) for iterations, _ in runs)))
    if not steps:
        raise ValueError(f'the seeds of {name} have no iteration in common')
    points = [dict(zip(*run, strict=True)) for run in runs]
    values = np.array([[of_run[step] for step in steps] for of_run in points])
    lowest, highest = values.min(0), values.max(0)
    # Bands of several methods lie over one another: a fine edge tells where each ends.
    face, edge = (to_rgba(style['color'], alpha) for alpha in (0.15, 0.7))
    axis.fill_between(steps, lowest, highest, facecolor=face, edgecolor=edge, linewidth=0.5)
    options = dict(markersize=3.5, linewidth=1.2, markevery=max(1, len(steps) // FEW))
    (line,) = axis.plot(steps, values.mean(0), **style, **options)
    return line


def _titles(metrics: Mapping[str, Mapping[str, object]]) -> dict[str, list[str]]:
    return {name: [*methods] for name, methods in metrics.items()}
