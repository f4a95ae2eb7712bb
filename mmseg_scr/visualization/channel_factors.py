"""How a channel attention weighs the channels of each stage (arXiv 2412.08671, Eq. 5)."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from mmseg_scr.visualization.figure import PAGE_WIDTH, SMALL, TEXT, make_figure, tidy
from mmseg_scr.visualization.palette import BLUE, VERMILION

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PER_PANEL = 1.5  # inches
BINS = 20
SATURATED = 0.01  # from 0 or from 1


def draw_channel_factors(
    stages: Mapping[str, np.ndarray], *, title: str = '', width: float = PAGE_WIDTH
) -> 'Figure':
    """A panel a stage: how many of its channels have which factor.

    The dashed line is the median; above stands how many channels there are and how many of them
    are within a hundredth of 0 or 1.

    Args:
        stages: name -> (C,) factors in 0 to 1.
        title: above all panels.
        width: of the figure, in inches.

    Raises:
        ValueError: no stage, or a factor outside of 0 to 1.
    """
    for name, factors in stages.items():
        if len(factors) == 0 or factors.min() < 0 or factors.max() > 1:
            raise ValueError(f'factors of {name!r} must be at least one number in 0 to 1')
    if not stages:
        raise ValueError('channel factors need at least one stage, got none')
    columns = min(len(stages), max(1, int(width / PER_PANEL)))
    rows = -(-len(stages) // columns)
    figure = make_figure(width, rows * (0.75 * width / columns + 0.3) + 0.1)
    grid = figure.subplots(rows, columns, sharey=True, squeeze=False)
    for axis in grid.flat[len(stages) :]:
        axis.set_axis_off()
    for axis, (name, factors) in zip(grid.flat, stages.items(), strict=False):
        share = np.full(len(factors), 100 / len(factors))
        axis.hist(factors, np.linspace(0, 1, BINS + 1), weights=share, color=BLUE)
        axis.axvline(np.median(factors), color=VERMILION, linestyle='--', linewidth=1.2)
        saturated = np.mean((factors < SATURATED) | (factors > 1 - SATURATED))
        axis.set_title(
            f'{name}: {len(factors)} channels\n{100 * saturated:.0f} % saturated', fontsize=SMALL
        )
        axis.set_xlim(0, 1)
        axis.set_xticks([0, 0.5, 1], labels=['0', '0.5', '1'])
        axis.set_xlabel('factor')
        tidy(axis, grid='y')
    for axis in grid[:, 0]:
        axis.set_ylabel('channels (%)')
    if title:
        figure.suptitle(title, fontsize=TEXT)
    return figure
