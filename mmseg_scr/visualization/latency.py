"""Published accuracy over measured latency, a labelled point a model."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mmseg_scr.visualization.figure import SMALL, make_figure, tidy
from mmseg_scr.visualization.palette import BLUE, ORANGE

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WIDTH = 5.0  # inches


@dataclass(frozen=True)
class LatencyPoint:
    """A model: measured ``milliseconds``, published ``miou`` in percent."""

    name: str
    milliseconds: float
    miou: float

    @property
    def family(self) -> str:
        """What stands before the first dash of the name, as SCR of SCR-S."""
        return self.name.partition('-')[0]


def draw_latency(points: Sequence[LatencyPoint], *, size: str, width: float = WIDTH) -> 'Figure':
    """A colour a family, whose points are joined in the order of their latency.

    Args:
        points: at least one.
        size: of the image that was timed, for the axis.
        width: of the figure, in inches.

    Raises:
        ValueError: no points.
    """
    from matplotlib.ticker import LogLocator, NullFormatter

    if not points:
        raise ValueError('draw_latency needs at least one point, got none')
    figure = make_figure(width, 0.7 * width)
    axis = tidy(figure.subplots(), grid='both')
    families = sorted({point.family for point in points})
    for family, color in zip(families, (ORANGE, BLUE) * len(families), strict=False):
        own = sorted(
            (p for p in points if p.family == family), key=lambda point: point.milliseconds
        )
        axis.plot([p.milliseconds for p in own], [p.miou for p in own], 'o-', ms=4, color=color)
        for point in own:
            style = dict(textcoords='offset points', fontsize=SMALL, color=color)
            axis.annotate(point.name, (point.milliseconds, point.miou), (4, -9), **style)
    axis.set_xscale('log')
    axis.xaxis.set_major_formatter('{x:g}')
    axis.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axis.xaxis.set_minor_formatter(NullFormatter())
    axis.margins(x=0.15, y=0.12)
    axis.set_xlabel(f'ms for one image of {size}, measured')
    axis.set_ylabel('mIoU (%) on Cityscapes val, published,\nnot measured here')
    return figure
