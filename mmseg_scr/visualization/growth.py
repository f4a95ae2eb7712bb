"""How times grow with the number of pixels, on two logarithmic axes."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from mmseg_scr.visualization.figure import SMALL, TEXT, make_figure, tidy
from mmseg_scr.visualization.palette import model_style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WIDTH = 5.5  # inches


def draw_growth(
    times: Mapping[str, Mapping[int, float]],
    exponents: Mapping[str, float],
    *,
    width: float = WIDTH,
) -> 'Figure':
    """A line a curve, its exponent in the legend, and a grey line of slope 1.

    Args:
        times: name -> pixels -> milliseconds.
        exponents: of the names that have one.
        width: of the figure, in inches.

    Raises:
        ValueError: there is no curve.
    """
    from matplotlib.ticker import NullLocator

    if not times:
        raise ValueError('draw_growth needs at least one curve, got none')
    figure = make_figure(width, 0.72 * width)
    axis = tidy(figure.subplots(), grid='both')
    for number, (name, points) in enumerate(times.items()):
        pixels = sorted(points)
        label = f'{name} ({exponents[name]:.2f})' if name in exponents else name
        lines = [p / 1e6 for p in pixels], [points[p] for p in pixels]
        axis.plot(*lines, markersize=3, linewidth=1, label=label, **model_style(number))
    first = next(iter(times.values()))
    low, high = min(first), max(first)
    slope = [0.5 * first[low], 0.5 * first[low] * high / low]
    axis.plot([low / 1e6, high / 1e6], slope, color='#bbbbbb', zorder=0, label='slope 1')
    axis.set_xscale('log')
    axis.set_yscale('log')
    sizes = sorted({p / 1e6 for points in times.values() for p in points})
    axis.set_xticks(sizes, [f'{size:.2g}' for size in sizes])
    axis.xaxis.set_minor_locator(NullLocator())
    axis.yaxis.set_major_formatter('{x:g}')
    axis.yaxis.set_minor_formatter('')
    axis.set_xlabel('million pixels')
    axis.set_ylabel('ms')
    axis.legend(
        fontsize=TEXT - 1, frameon=False, title='exponent in brackets', title_fontsize=SMALL
    )
    return figure
