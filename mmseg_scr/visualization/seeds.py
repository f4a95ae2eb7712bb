"""Differences of methods to a baseline: every seed a dot, the mean with its interval."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from mmseg_scr.visualization.figure import make_figure, save_figure, tidy

DOT, MEAN, ZERO = '#7d8590', '#0b5394', '#c1121f'


def plot_seed_differences(
    path: Path | str,
    methods: Mapping[str, tuple[Sequence[float], tuple[float, float] | None]],
    *,
    baseline: str,
    unit: str = 'mIoU (%)',
) -> Path:
    """Write one PNG: a row a method.

    Args:
        path: the file to write; its folder is made.
        methods: title -> (difference of each seed, interval of their mean or None for no interval).
        baseline: what the differences are to.
        unit: of the differences.

    Returns:
        ``path``.

    Raises:
        ValueError: there is no method.
    """
    if not methods:
        raise ValueError('plot_seed_differences needs at least one method, got none')
    figure = make_figure(width=7, height=1.0 + 0.3 * len(methods))
    axis = figure.subplots()
    for row, (values, interval) in enumerate(methods.values()):
        center = sum(values) / len(values)
        if interval:
            axis.plot(interval, [row, row], color=MEAN, linewidth=2, solid_capstyle='butt')
        axis.plot(center, row, 'D', color=MEAN, markersize=5)
        axis.plot(values, [row] * len(values), 'o', color=DOT, markersize=3.5, alpha=0.8)
    axis.axvline(0, color=ZERO, linewidth=1)
    axis.set_yticks(range(len(methods)), [*methods])
    axis.set_ylim(len(methods) - 0.5, -0.5)  # the first on top
    reading = 'dots: seeds; diamonds and bars: means and their 95 % intervals'
    axis.set_xlabel(f'{unit} above {baseline}\n{reading}')
    tidy(axis, grid='x')
    return save_figure(figure, path)
