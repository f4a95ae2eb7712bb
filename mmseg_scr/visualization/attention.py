"""What one chosen pixel looks at, and what all pixels share (arXiv 2412.08671, Eq. 8-9)."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from mmseg_scr.visualization.figure import PAGE_WIDTH, SMALL, bare, make_figure
from mmseg_scr.visualization.palette import BLACK, YELLOW

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def draw_attention(
    image: np.ndarray,
    pixel: tuple[int, int],
    maps: Mapping[str, np.ndarray],
    *,
    width: float = PAGE_WIDTH,
) -> 'Figure':
    """The image with the pixel, then each map of weights, in multiples of the average weight.

    Args:
        image: (H, W, 3) uint8 RGB.
        pixel: x and y in the image; every map is that of this pixel alone.
        maps: title -> (h, w) weights over the whole image, which sum to 1.
        width: of the figure, in inches.

    Raises:
        ValueError: no map, or a pixel outside of the image.
    """
    height, columns = image.shape[:2]
    if not maps or not (0 <= pixel[0] < columns and 0 <= pixel[1] < height):
        raise ValueError(
            f'attention needs a map and a pixel (x, y) in the {columns} x {height} pixels of the '
            f'image, got {[*maps]} and {pixel}'
        )
    panels = 1 + len(maps)
    figure = make_figure(width, width / panels * height / columns + 0.75)
    axes, bars = figure.subplots(2, panels, height_ratios=(24, 1), squeeze=False)
    first, *others = (bare(axis) for axis in axes)
    bars[0].set_axis_off()
    first.imshow(image)
    _mark(first, pixel)
    first.set_title(f'pixel ({pixel[0]}, {pixel[1]})', fontsize=SMALL, pad=3)
    for axis, cell, (title, weights) in zip(others, bars[1:], maps.items(), strict=True):
        relative = weights * weights.size
        drawn = axis.imshow(
            relative,
            cmap='cividis',
            vmin=0,
            vmax=max(relative.max(), 1.0),
            extent=(-0.5, columns - 0.5, height - 0.5, -0.5),
            interpolation='nearest',
        )
        _mark(axis, pixel)
        axis.set_title(title, fontsize=SMALL, pad=3)
        bar = figure.colorbar(drawn, cax=cell, orientation='horizontal')
        bar.ax.tick_params(labelsize=SMALL)
        bar.set_label('times the average', fontsize=SMALL)
    return figure


def _mark(axis: 'Axes', pixel: tuple[int, int]) -> None:
    axis.plot(*pixel, '+', color=BLACK, markersize=11, markeredgewidth=3)
    axis.plot(*pixel, '+', color=YELLOW, markersize=10, markeredgewidth=1.2)
