"""How long models take against others: a bar a model with its interval, a panel a comparison."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mmseg_scr.visualization.figure import PAGE_WIDTH, SMALL, TEXT, make_figure, tidy
from mmseg_scr.visualization.palette import BLUE, ORANGE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ROW, PANEL = 0.22, 0.52  # inches
LEAST = 1e-3  # of an axis in powers of ten


@dataclass(frozen=True)
class RatioBar:
    """``ratio`` to the base with the ends of its interval, if any; ``goal`` is its upper bound."""

    name: str
    ratio: float
    low: float | None = None
    high: float | None = None
    goal: float | None = None


def draw_ratios(panels: Mapping[str, Sequence[RatioBar]], *, width: float = PAGE_WIDTH) -> 'Figure':
    """Bars from 1, on a logarithmic axis: left of it is faster than the base.

    Args:
        panels: title -> bars.
        width: of the figure, in inches.

    Raises:
        ValueError: there is no bar.
    """
    heights = [len(bars) for bars in panels.values()]
    if not heights or min(heights) < 1:
        raise ValueError(f'draw_ratios needs a bar in every panel, got {heights}')
    figure = make_figure(width, sum(ROW * h + PANEL for h in heights) + 0.3)
    axes = figure.subplots(len(panels), squeeze=False, height_ratios=[h + 0.9 for h in heights])
    for axis, (title, bars) in zip(axes[:, 0], panels.items(), strict=True):
        tidy(axis, grid='x').set_title(title, loc='left', fontsize=TEXT)
        _draw_panel(axis, bars)
        _scale(axis, bars)
    axes[-1, 0].set_xlabel('ratio of times; whisker: 95 % interval of the median; | : goal')
    return figure


def _draw_panel(axis: 'Axes', bars: Sequence[RatioBar]) -> None:
    for row, bar in enumerate(bars):
        color = BLUE if bar.ratio <= 1 else ORANGE
        axis.barh(row, bar.ratio - 1, left=1, height=0.6, color=color, alpha=0.85)
        if bar.low is not None:
            axis.plot([bar.low, bar.high], [row, row], color='black', linewidth=1)
        if bar.goal is not None:
            axis.plot([bar.goal] * 2, [row - 0.42, row + 0.42], color='black', linewidth=1.5)
        at = max(bar.ratio, bar.high or 0, bar.goal or 0, 1)
        style = dict(textcoords='offset points', va='center', fontsize=SMALL)
        axis.annotate(f'{bar.ratio:.3f}', (at, row), (4, 0), **style)
    axis.axvline(1, color='black', linewidth=0.6)
    axis.set_yticks(range(len(bars)), [bar.name for bar in bars])
    axis.set_ylim(len(bars) - 0.5, -0.5)
    axis.tick_params(axis='y', length=0)


def _scale(axis: 'Axes', bars: Sequence[RatioBar]) -> None:
    from matplotlib.ticker import LogLocator, NullFormatter

    values = [v for bar in bars for v in (bar.ratio, bar.low, bar.high, bar.goal, 1.0)]
    known = [max(value, LEAST) for value in values if value is not None]
    low, high = min(known), max(known)
    margin = (high / low) ** 0.1 * 1.02
    axis.set_xscale('log')
    axis.set_xlim(low / margin, high * margin**1.5)
    fine = [i / 100 for i in range(100, 200, 2)] if high / low < 1.2 else []
    middle = [*(i / 10 for i in range(10, 20)), *range(2, 10)] if high / low < 4 else (1, 2, 5)
    axis.xaxis.set_major_locator(LogLocator(subs=fine or middle, numticks=50))
    axis.xaxis.set_major_formatter('{x:.4g}')
    axis.xaxis.set_minor_formatter(NullFormatter())
