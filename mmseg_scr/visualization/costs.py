"""What models cost: stacked bars of their parts, and accuracy over cost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mmseg_scr.visualization.figure import make_figure, save_figure
from mmseg_scr.visualization.label_placement import place_labels

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D

PART_COLORS = {  # the same in every picture; the backbone is pale: large, and not compared
    'backbone': '#cfd3da',
    'context': '#1f5fa8',
    'laterals': '#9cc3e6',
    'aligner to stride 16': '#f7b58e',
    'aligner to stride 8': '#e8743b',
    'aligner to stride 4': '#b5301c',
    'fusion': '#3f8f4f',
    'classifier': '#a8d5a2',
    'rest': '#3a3f47',
}
OTHER_COLORS = ('#e3b7d9', '#b877bd', '#8a5a44', '#6d4a9c')
MARKERS = {False: ('o', 'single-scale'), True: ('s', 'multi-scale')}
LABEL_SIZE = 8  # points


@dataclass(frozen=True)
class CostPoint:
    """A model: ``macs`` in 1e9, ``miou`` in percent; ``group`` tells its colour."""

    label: str
    macs: float
    miou: float
    group: str
    multi_scale: bool = False


def plot_cost_bars(
    path: Path | str, panels: Mapping[str, Mapping[str, Mapping[str, float]]]
) -> Path:
    """Write one PNG: a panel a size of the image, a bar a model, a colour a part.

    Args:
        path: the file to write; its folder is made.
        panels: title -> model -> part -> 1e9 multiply-adds. Parts are stacked in the order in which
            they come up.

    Returns:
        ``path``.

    Raises:
        ValueError: there is no model.
    """
    from matplotlib.patches import Patch

    parts = list(dict.fromkeys(p for bars in panels.values() for bar in bars.values() for p in bar))
    if not parts:
        raise ValueError('plot_cost_bars needs at least one model with a part, got none')
    others = [part for part in parts if part not in PART_COLORS]
    colors = {part: PART_COLORS.get(part) for part in parts}
    colors |= {part: OTHER_COLORS[i % len(OTHER_COLORS)] for i, part in enumerate(others)}
    heights = [len(bars) + 1 for bars in panels.values()]
    figure = make_figure(width=10, height=0.25 * sum(heights) + 0.45 * len(heights) + 0.7)
    axes = figure.subplots(len(panels), squeeze=False, height_ratios=heights)[:, 0]
    for axis, (title, bars) in zip(axes, panels.items(), strict=True):
        _stack(axis, bars, colors)
        axis.set_title(title, loc='left', fontsize='medium', fontweight='bold')
    axes[-1].set_xlabel('1e9 multiply-adds for one image, paper count')
    figure.legend(
        handles=[Patch(color=color, label=part) for part, color in colors.items()],
        loc='outside lower center',
        ncols=5,
        frameon=False,
        fontsize='small',
    )
    return save_figure(figure, path)


def plot_accuracy_cost(
    path: Path | str, panels: Mapping[str, Sequence[CostPoint]], colors: Mapping[str, str]
) -> Path:
    """Write one PNG: a panel a data set, mIoU over multiply-adds, a labelled point a model.

    Args:
        path: the file to write; its folder is made.
        panels: title -> points. The first panel is as wide as all others together.
        colors: group of a point -> its colour, in the order of the legend.

    Returns:
        ``path``.

    Raises:
        ValueError: there is no panel.
    """
    if not panels:
        raise ValueError('plot_accuracy_cost needs at least one panel, got none')
    first, *others = panels
    rows = [[first] * max(len(others), 1), *([others] if others else [])]
    figure = make_figure(width=11, height=5 * len(rows))
    axes = figure.subplot_mosaic(rows)
    for title, points in panels.items():
        _scatter(axes[title], points, colors)
        axes[title].set_title(title, fontweight='bold')
        axes[title].set_xlabel('1e9 multiply-adds for one image')
    for title in panels if not others else (first, others[0]):
        axes[title].set_ylabel('published mIoU on val (%), not measured by us')
    used = {point.group for points in panels.values() for point in points}
    handles = [_key('o', label, color, 'full') for label, color in colors.items() if label in used]
    handles += [_key(marker, label, 'black', 'none') for marker, label in MARKERS.values()]
    figure.legend(handles=handles, loc='outside lower center', ncols=3, frameon=False)
    figure.canvas.draw()  # from here on it is known where everything stands
    figure.set_layout_engine('none')
    for title, points in panels.items():
        _label(axes[title], points, colors)
    return save_figure(figure, path)


def _key(marker: str, label: str, color: str, fillstyle: str) -> 'Line2D':
    from matplotlib.lines import Line2D

    style = dict(linestyle='', color=color, fillstyle=fillstyle)
    return Line2D([], [], marker=marker, label=label, **style)


def _stack(
    axis: 'Axes', bars: Mapping[str, Mapping[str, float]], colors: Mapping[str, str]
) -> None:
    ends = dict.fromkeys(bars, 0.0)
    for part, color in colors.items():
        widths = {name: bar[part] for name, bar in bars.items() if part in bar}
        axis.barh(
            list(ends), [widths.get(n, 0.0) for n in ends], left=list(ends.values()), color=color
        )
        ends = {name: end + widths.get(name, 0.0) for name, end in ends.items()}
    for row, end in enumerate(ends.values()):
        axis.annotate(
            f'{end:.1f}', (end, row), (4, 0), textcoords='offset points', va='center', fontsize=8
        )
    axis.invert_yaxis()
    axis.set_xlim(0, 1.06 * max(ends.values()))
    axis.tick_params(labelsize=8)
    axis.tick_params(axis='y', length=0)
    axis.spines[['top', 'right']].set_visible(False)


def _scatter(axis: 'Axes', points: Sequence[CostPoint], colors: Mapping[str, str]) -> None:
    from matplotlib.ticker import LogLocator

    for point in points:
        marker, _ = MARKERS[point.multi_scale]
        axis.plot(
            point.macs, point.miou, marker, color=colors[point.group], markeredgecolor='white'
        )
    axis.set_xscale('log')
    axis.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axis.xaxis.set_major_formatter('{x:g}')
    axis.xaxis.set_minor_formatter('')
    axis.margins(x=0.1, y=0.1)
    axis.grid(alpha=0.25)


def _label(axis: 'Axes', points: Sequence[CostPoint], colors: Mapping[str, str]) -> None:
    style = dict(fontsize=LABEL_SIZE, ha='center', va='center')
    texts = [axis.annotate(point.label, (point.macs, point.miou), **style) for point in points]
    sizes = [(e.width, e.height) for e in (text.get_window_extent() for text in texts)]
    spots = axis.transData.transform([(point.macs, point.miou) for point in points])
    places = place_labels(spots, sizes, axis.get_window_extent().extents)
    for point, text, place in zip(
        points, texts, axis.transData.inverted().transform(places), strict=True
    ):
        color = colors[point.group]
        line = dict(arrowstyle='-', color=color, linewidth=0.6, shrinkA=1, shrinkB=3)
        text.remove()
        axis.annotate(
            point.label, (point.macs, point.miou), place, color=color, arrowprops=line, **style
        )
