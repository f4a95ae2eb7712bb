"""IoU of every class for two or more models, sorted by what changed (arXiv 2412.08671, Fig. 7)."""

from collections.abc import Mapping, Sequence
from textwrap import wrap
from typing import TYPE_CHECKING

import numpy as np

from mmseg_scr.visualization.figure import PAGE_WIDTH, SMALL, legend_above, make_figure, tidy
from mmseg_scr.visualization.palette import BETTER, GREY, WORSE, model_style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ROW = 0.2  # inches
LINE, LETTERS = 0.13, 15  # of the names below: inches a line, letters an inch
MEAN = 'mean'


def draw_class_iou(
    ious: Mapping[str, Sequence[float]], classes: Sequence[str], *, width: float = PAGE_WIDTH
) -> 'Figure':
    """A row a class: a marker a model, and beside it how far the models are above the first.

    The class in which the last model gained most is on top, the mean over the classes that all
    models have below the last class. A class that some model has no IoU of is left out and named.

    Args:
        ious: title of a model -> K values in percent, nan for a class that does not occur.
        classes: K names.
        width: of the figure, in inches.

    Raises:
        ValueError: fewer than two models, another number of values than of classes, or no class
            that all models have.
    """
    values = _checked(ious, classes)
    present = ~np.isnan(values).any(axis=0)
    gains = values[-1] - values[0]
    order = [i for i in np.argsort(-gains, kind='stable') if present[i]]
    names = [*(classes[i] for i in order), f'{MEAN} of {len(order)}']
    rows = np.concatenate([values[:, order], values[:, order].mean(1, keepdims=True)], axis=1)
    absent = [name for name, there in zip(classes, present, strict=True) if not there]
    lines = wrap(f'without {", ".join(absent)}', int(LETTERS * width)) if absent else []
    figure = make_figure(width, ROW * len(names) + 0.85 + LINE * len(lines))
    left, right = figure.subplots(1, 2, sharey=True, width_ratios=(3, 2))
    places = np.arange(len(names)) + (np.arange(len(names)) == len(order)) * 0.4
    markers = []
    for number, of_model in enumerate(rows):
        style = model_style(number) | dict(linestyle='', markersize=4.5, clip_on=False, zorder=3)
        filled = dict(markerfacecolor='white') if number == 0 else {}
        markers += tidy(left, grid='both').plot(of_model, places, **style, **filled)
        if number:
            tidy(right, grid='both').plot(of_model - rows[0], places, **style)
    _write_gains(right, rows[-1] - rows[0], places)
    left.set_yticks(places, names)
    left.set_ylim(places[-1] + 0.6, -0.6)
    left.set_xlim(0, 100)
    left.set_xlabel('IoU (%)')
    right.set_xlabel('above the first')
    if lines:
        figure.supxlabel('\n'.join(lines), fontsize=SMALL)
    legend_above(figure, markers, [*ious])
    return figure


def _write_gains(axis: 'Axes', gains: np.ndarray, places: np.ndarray) -> None:
    """Lines from zero to the last model, and its numbers at the right."""
    colors = [BETTER if gain > 0 else WORSE for gain in gains]
    axis.hlines(places, 0, gains, color=colors, linewidth=2)
    axis.axvline(0, color=GREY, linewidth=0.8)
    axis.margins(x=0.1)
    at = dict(transform=axis.get_yaxis_transform(), ha='left', va='center', fontsize=SMALL)
    for gain, place in zip(gains, places, strict=True):
        axis.text(1.03, place, f'{gain:+.1f}', **at)


def _checked(ious: Mapping[str, Sequence[float]], classes: Sequence[str]) -> np.ndarray:
    if len(ious) < 2:
        raise ValueError(f'class IoU is compared between two or more models, got {[*ious]}')
    for title, values in ious.items():
        if len(values) != len(classes):
            raise ValueError(f'{title!r} has {len(values)} values for {len(classes)} classes')
    values = np.array([*ious.values()], float)
    if np.isnan(values).any(axis=0).all():
        raise ValueError(f'there is no class that all of {[*ious]} have an IoU of')
    return values
