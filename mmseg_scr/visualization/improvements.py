"""Image, truth, baseline and ours with what changed outlined (arXiv 2412.08671, Fig. 8)."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from mmseg_scr.visualization.changed_regions import WORSE, ChangedRegion, changed_regions
from mmseg_scr.visualization.figure import PAGE_WIDTH, SMALL, TEXT, TITLE, grid_of_pictures
from mmseg_scr.visualization.palette import BETTER as BETTER_COLOR
from mmseg_scr.visualization.palette import WORSE as WORSE_COLOR
from mmseg_scr.visualization.panels import colorize

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PER_ENTRY = 1.15  # inches of the legend
THICKNESS = 0.17  # points an inch of the width, of outlines
STYLES = {'better': (BETTER_COLOR, '-'), 'worse': (WORSE_COLOR, (0, (2, 1)))}


def draw_improvements(
    images: Sequence[np.ndarray],
    truth: Sequence[np.ndarray],
    predictions: Mapping[str, Sequence[np.ndarray]],
    *,
    classes: Sequence[str],
    palette: Sequence[Sequence[int]],
    ignore_index: int = 255,
    width: float = PAGE_WIDTH,
) -> 'Figure':
    """A row an image. Solid lines: only the last model is right; dashed: only the first.

    The largest regions are outlined in the panels of both models; below the last one stands the
    share of all known pixels that changed, outlined or not. Ignored pixels are black.

    Args:
        images: (H, W, 3) uint8 RGB.
        truth: (H, W) labels.
        predictions: title -> one (H, W) label map an image; two models, the baseline first.
        classes: names.
        palette: RGB colour of each class.
        ignore_index: label of pixels that do not count.
        width: of the figure, in inches.

    Raises:
        ValueError: other than two models, no image, or maps that differ in number or size.
    """
    _check(images, truth, predictions)
    columns = {'image': images, 'truth': truth, **predictions}
    used = np.unique(np.concatenate([np.unique(m) for t in [*columns][1:] for m in columns[t]]))
    used = [k for k in used if 0 <= k < len(classes)]
    columns_of_legend = max(2, int(width / PER_ENTRY))
    legend_rows = -(-(len(used) + 2) // columns_of_legend)
    figure, axes = grid_of_pictures(
        width,
        images[0].shape[:2],
        len(images),
        len(columns),
        between=TITLE,
        below=TITLE * legend_rows,
    )
    for i, row in enumerate(axes):
        maps = [maps[i] for maps in predictions.values()]
        regions = changed_regions(truth[i], *maps, ignore_index=ignore_index)
        for number, (axis, title) in enumerate(zip(row, columns, strict=True)):
            picture = columns[title][i]
            shown = picture if number == 0 else colorize(picture, palette, ignore_index)
            axis.imshow(shown, interpolation='nearest')
            axis.set_title(title if i == 0 else '', fontsize=TEXT, pad=3)
            for region in regions if number >= 2 else ():
                _outline(axis, region, THICKNESS * width)
        row[-1].set_xlabel(
            _shares(truth[i], *maps, ignore_index), fontsize=SMALL, labelpad=2, loc='right'
        )
    _add_legend(figure, used, classes, palette, columns_of_legend)
    return figure


def _outline(axis: 'Axes', region: ChangedRegion, thickness: float) -> None:
    color, dash = STYLES[region.kind]
    axis.plot(*region.outline.T, color='white', linewidth=2 * thickness, solid_joinstyle='round')
    axis.plot(*region.outline.T, color=color, linewidth=thickness, linestyle=dash)


def _shares(truth: np.ndarray, before: np.ndarray, after: np.ndarray, ignore_index: int) -> str:
    known = truth != ignore_index
    right = [(m == truth)[known] for m in (before, after)]
    size = max(known.sum(), 1)
    better, worse = (100 * (a & ~b).sum() / size for a, b in (right[::-1], right))
    return f'better {better:.1f} %, worse {worse:.1f} %'


def _add_legend(
    figure: 'Figure',
    used: Sequence[int],
    classes: Sequence[str],
    palette: Sequence[Sequence[int]],
    columns: int,
) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    handles: list = [
        Line2D([], [], color=STYLES[k][0], linestyle=STYLES[k][1], linewidth=1.6, label=label)
        for k, label in (('better', 'only the last is right'), (WORSE, 'only the first is right'))
    ]
    handles += [
        Patch(
            facecolor=np.array(palette[k]) / 255, edgecolor='black', linewidth=0.3, label=classes[k]
        )
        for k in used
    ]
    style = dict(frameon=False, fontsize=SMALL, handlelength=1.6, columnspacing=1.2)
    figure.legend(handles=handles, loc='outside lower center', ncols=columns, **style)


def _check(
    images: Sequence[np.ndarray],
    truth: Sequence[np.ndarray],
    predictions: Mapping[str, Sequence[np.ndarray]],
) -> None:
    if len(predictions) != 2 or not images:
        raise ValueError(
            f'improvements are drawn for two models and at least one image, got {[*predictions]} '
            f'and {len(images)} images'
        )
    sizes = [image.shape[:2] for image in images]
    for title, maps in {'truth': truth, **predictions}.items():
        if [m.shape for m in maps] != sizes:
            found = [m.shape for m in maps]
            raise ValueError(f'{title!r} has maps of {found} for images of {sizes}')
