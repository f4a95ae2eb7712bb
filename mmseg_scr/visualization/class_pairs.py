"""Which confusions of classes a second model cured, and which it made."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mmseg_scr.visualization.figure import PAGE_WIDTH, SMALL, legend_above, make_figure, tidy
from mmseg_scr.visualization.palette import BETTER, BLACK, WORSE

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ROW = 0.22  # inches


@dataclass(frozen=True)
class PairChange:
    """Pixels of one class that are taken for another, as two models see them.

    Attributes:
        label: as ``'person as pole'``.
        cured: percent of the class's pixels that only the second model has right.
        broken: percent that only the first has right.
        net: percent that are no longer taken so, less those that are now. It is more than cured
            less broken where pixels move from one wrong class to another.
        better: images in which the second model takes fewer pixels so.
        worse: images in which it takes more.
    """

    label: str
    cured: float
    broken: float
    net: float
    better: int
    worse: int


def draw_class_pairs(
    pairs: Sequence[PairChange],
    *,
    before: str,
    after: str,
    most: int = 12,
    width: float = PAGE_WIDTH,
) -> 'Figure':
    """A row a pair, the largest net on top: cured to the right, broken to the left, net a mark.

    In brackets: images in which the second model is better and worse.

    Args:
        pairs: in any order.
        before: title of the first model.
        after: of the second.
        most: rows; further pairs are left out.
        width: of the figure, in inches.

    Raises:
        ValueError: no pair.
    """
    if not pairs:
        raise ValueError('class pairs need at least one pair, got none')
    shown = sorted(pairs, key=lambda p: (-abs(p.net), -(p.cured + p.broken)))[:most]
    figure = make_figure(width, ROW * len(shown) + 1.15)
    axis = tidy(figure.subplots(), grid='x')
    rows = range(len(shown))
    axis.barh(rows, [p.cured for p in shown], 0.7, color=BETTER, label='cured')
    style = dict(color=WORSE, hatch='////', edgecolor='white', linewidth=0.5)
    axis.barh(rows, [-p.broken for p in shown], 0.7, label='broken', **style)
    mark = dict(marker='D', markersize=4, color=BLACK, markeredgecolor='white', linestyle='')
    axis.plot([p.net for p in shown], rows, label='net', **mark)
    axis.axvline(0, color=BLACK, linewidth=0.8)
    at = dict(transform=axis.get_yaxis_transform(), ha='left', va='center', fontsize=SMALL)
    axis.text(1.02, -0.9, 'net (images)', **at)
    for row, p in enumerate(shown):
        axis.text(1.02, row, f'{p.net:+.2f} ({p.better}/{p.worse})', **at)
    axis.set_yticks(rows, [p.label for p in shown])
    axis.set_ylim(len(shown) - 0.4, -0.6)
    axis.margins(x=0.08)
    axis.xaxis.set_major_formatter(lambda value, _: f'{abs(value):g}')
    axis.set_xlabel(f"percent of the true class's pixels\n{after} against {before}")
    legend_above(figure, *axis.get_legend_handles_labels())
    return figure
