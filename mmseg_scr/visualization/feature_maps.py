"""Feature maps before and after an alignment (arXiv 2412.08671, Fig. 9).

Many channels become one picture in a way that is the same for all panels and named below them.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import cv2
import numpy as np

from mmseg_scr.visualization.figure import PAGE_WIDTH, SMALL, TEXT, TITLE, grid_of_pictures

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Reduced = tuple[list[np.ndarray], str]  # a picture a map, and what it shows


def principal_component(maps: Sequence[np.ndarray]) -> Reduced:
    """(C, h, w) maps -> their first principal component, one direction for all maps together.

    The sign makes the largest entry of the direction positive.
    """
    rows = np.concatenate([m.reshape(len(m), -1) for m in maps], axis=1).T.astype(np.float64)
    mean = rows.mean(0)
    # The pixels of all maps stand in one matrix, so the panels share direction and origin.
    values, vectors = np.linalg.eigh(np.cov((rows - mean).T).reshape(len(mean), len(mean)))
    direction = vectors[:, -1]
    direction = direction * np.sign(direction[np.abs(direction).argmax()])
    share = 100 * values[-1] / max(values.sum(), np.finfo(float).tiny)
    pictures = [np.tensordot(direction, m - mean[:, None, None], axes=1) for m in maps]
    return pictures, f'first principal component, {share:.0f} % of the variance'


def channel_norm(maps: Sequence[np.ndarray]) -> Reduced:
    """(C, h, w) maps -> the Euclidean norm over the channels of each pixel."""
    return [np.linalg.norm(m.astype(np.float64), axis=0) for m in maps], 'norm over the channels'


REDUCTIONS: dict[str, Callable[[Sequence[np.ndarray]], Reduced]] = {
    'component': principal_component,
    'norm': channel_norm,
}


def draw_feature_maps(
    image: np.ndarray,
    steps: Mapping[str, tuple[np.ndarray, np.ndarray, np.ndarray]],
    *,
    reduction: str = 'component',
    width: float = PAGE_WIDTH,
) -> 'Figure':
    """A row an alignment: the coarse map resized, the same aligned, the fine map it goes to.

    Before and after have one scale and one reduction in each row, made of these two maps together;
    the fine map is reduced alike and has a scale of its own.

    Args:
        image: (H, W, 3) uint8 RGB.
        steps: title -> maps (C, h, w), coarse, (C, H', W'), aligned, and (C, H', W'), fine.
        reduction: one of ``REDUCTIONS``.
        width: of the figure, in inches.

    Raises:
        ValueError: no step, or another reduction.
    """
    if not steps or reduction not in REDUCTIONS:
        raise ValueError(
            f'feature maps need a step and one of {[*REDUCTIONS]}, got {[*steps]}, {reduction!r}'
        )
    figure, axes = grid_of_pictures(width, image.shape[:2], len(steps), 4, between=TITLE, below=0.4)
    titles = ('image', 'before', 'after', 'finer map')
    for axis, title in zip(axes[0], titles, strict=True):
        axis.set_title(title, fontsize=TEXT, pad=3)
    drawn = None
    for row, (name, (coarse, aligned, fine)) in zip(axes, steps.items(), strict=True):
        size = aligned.shape[2:0:-1]
        resized = np.stack([cv2.resize(c, size) for c in coarse.astype(np.float32)])
        row[0].imshow(image, extent=(0, *size, 0), aspect='auto')
        row[0].set_ylabel(name, fontsize=SMALL)
        pictures, meaning = REDUCTIONS[reduction]([resized, aligned])
        third = REDUCTIONS[reduction]([fine])[0]
        low, high = np.percentile(pictures, [1, 99])
        for axis, picture in zip(row[1:3], pictures, strict=True):
            options = dict(vmin=low, vmax=high, cmap='cividis', aspect='auto')
            drawn = axis.imshow(picture, interpolation='nearest', **options)
        row[3].imshow(third[0], cmap='cividis', interpolation='nearest', aspect='auto')
        # Wider than the picture that it stands below, which the empty label keeps room under.
        row[0].set_xlabel(' ', fontsize=SMALL)
        at = dict(transform=row[0].transAxes, va='top', fontsize=SMALL)
        row[0].text(0, -0.04, meaning, **at).set_in_layout(False)
    bar = figure.colorbar(drawn, ax=axes, location='bottom', shrink=0.5, aspect=40, pad=0.02)
    bar.set_ticks([bar.vmin, bar.vmax], labels=['lowest of before and after', 'highest'])
    bar.ax.tick_params(labelsize=SMALL)
    return figure
