"""Making and saving a figure: no display, folders made, one place for sizes and resolution.

Figures are made at the width at which they are printed, so sizes of text are those on the page.
"""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DPI = 120
PRINT_DPI = 200
MM_PER_INCH = 25.4
PAGE_WIDTH = 180 / MM_PER_INCH  # inches: two columns of a paper
TEXT, SMALL = 8, 7  # points
TITLE = 0.16  # inches of a line
PAD = 0.05  # inches between pictures
PER_ENTRY = 1.5  # inches of an entry of a legend
FORMATS = ('png', 'svg', 'pdf')


def make_figure(width: float, height: float) -> 'Figure':
    """An empty figure of this size in inches that needs no display and lays itself out."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout='constrained')
    FigureCanvasAgg(figure)
    return figure


def save_figure(figure: 'Figure', path: Path | str, *, dpi: int = DPI) -> Path:
    """Write ``figure`` as ``path``, whose folder is made, and return the path.

    Args:
        figure: to write.
        path: its suffix is the format, one of ``FORMATS``.
        dpi: pixels an inch, also of pictures inside of an SVG or PDF.

    Raises:
        ValueError: another suffix.
    """
    import matplotlib
    from matplotlib.text import Text

    path = Path(path)
    if path.suffix[1:] not in FORMATS:
        raise ValueError(f'a figure is written as one of {FORMATS}, got {path.name!r}')
    path.parent.mkdir(parents=True, exist_ok=True)
    # Without a date and random names, equal figures are equal files.
    dates = {'.svg': {'Date': None}, '.pdf': {'CreationDate': None}}
    # A class may be called "$5 and $10", which is no formula.
    for text in figure.findobj(Text):
        text.set_parse_math(False)
    with matplotlib.rc_context({'svg.hashsalt': path.stem, 'text.parse_math': False}):
        figure.savefig(path, dpi=dpi, metadata=dates.get(path.suffix))
    return path


def legend_above(figure: 'Figure', *arguments: object) -> None:
    """A legend above the axes, in as many columns as the width has room for."""
    columns = max(1, int(figure.get_figwidth() / PER_ENTRY))
    style = dict(frameon=False, fontsize=TEXT, loc='outside upper center')
    figure.legend(*arguments, ncols=columns, handlelength=3, columnspacing=1.5, **style)


def tidy(axis: 'Axes', *, grid: str | None = None) -> 'Axes':
    """Small text, no box; ``grid`` names the axis whose lines are drawn, ``'both'`` for two."""
    axis.tick_params(labelsize=SMALL)
    axis.xaxis.label.set_size(TEXT)
    axis.yaxis.label.set_size(TEXT)
    axis.spines[['top', 'right']].set_visible(False)
    axis.set_axisbelow(True)
    if grid:
        axis.grid(axis=grid, alpha=0.3)
    return axis


def grid_of_pictures(
    width: float,
    shape: tuple[int, int],
    rows: int,
    columns: int,
    *,
    between: float = 0.0,
    below: float = 0.0,
) -> tuple['Figure', 'np.ndarray']:
    """A figure of pictures of (H, W) ``shape``, without ticks, as high as they need.

    Args:
        width: of the figure, in inches.
        shape: of a picture.
        rows: of pictures.
        columns: of pictures.
        between: inches that each row needs above or below its pictures, for text.
        below: inches for what stands below all rows.

    Returns:
        The figure, and its axes, (rows, columns).
    """
    picture = (width / columns - PAD) * shape[0] / shape[1]
    figure = make_figure(width, TITLE + rows * (picture + PAD + between) + below)
    figure.get_layout_engine().set(w_pad=0.02, h_pad=0.02, wspace=0.01, hspace=0.01)
    axes = figure.subplots(rows, columns, squeeze=False)
    for axis in axes.flat:
        bare(axis)
    return figure, axes


def bare(axis: 'Axes') -> 'Axes':
    """No ticks and a thin frame: for a picture."""
    axis.set_xticks([])
    axis.set_yticks([])
    for spine in axis.spines.values():
        spine.set(linewidth=0.4, color='#7F7F7F')
    return axis
