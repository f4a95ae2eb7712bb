"""IoU of the pixels near boundaries, by how near they are ("trimap", arXiv 1210.5644)."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from mmseg_scr.visualization.figure import PAGE_WIDTH, TEXT, make_figure, tidy
from mmseg_scr.visualization.palette import model_style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

HIGHEST = 3.2  # inches


def draw_trimap(
    bands: Mapping[str, Sequence[float]],
    reaches: Sequence[int],
    *,
    whole: Mapping[str, float] | None = None,
    shares: Sequence[float] | None = None,
    width: float = PAGE_WIDTH / 2,
) -> 'Figure':
    """A line a model: mean IoU of the pixels that have another class within so many pixels.

    Args:
        bands: title -> mIoU in percent for each reach.
        reaches: ascending, in pixels of the label on either side of a boundary.
        whole: title -> mIoU in percent of the whole images, at the right end.
        shares: percent of the known pixels that each band has, below the reaches.
        width: of the figure, in inches.

    Raises:
        ValueError: no model, or another number of values than of reaches.
    """
    for title, values in bands.items():
        if len(values) != len(reaches):
            raise ValueError(f'{title!r} has {len(values)} values for {len(reaches)} reaches')
    if not bands or not reaches:
        raise ValueError('a trimap curve needs a model and a reach, got none')
    figure = make_figure(width, min(0.75 * width, HIGHEST))
    axis = tidy(figure.subplots(), grid='both')
    places = range(len(reaches))
    lines = []
    for number, (title, values) in enumerate(bands.items()):
        style = model_style(number) | dict(markersize=4, linewidth=1.4)
        lines += axis.plot(places, values, **style)
        if whole:
            ends = [len(reaches) - 1, len(reaches)]
            axis.plot(ends, [values[-1], whole[title]], **style | dict(linewidth=0.5))
    labels = [str(reach) for reach in reaches]
    if shares is not None:
        labels = [f'{n}\n{share:.0f} %' for n, share in zip(labels, shares, strict=True)]
    if whole:
        labels.append('all\npixels')
    axis.set_xticks(range(len(labels)), labels)
    below = ' / share of the pixels' if shares is not None else ''
    axis.set_xlabel(f'reach of the band, in pixels{below}')
    axis.set_ylabel('mIoU in the band (%)')
    axis.legend(lines, [*bands], fontsize=TEXT, frameon=False)
    return figure
