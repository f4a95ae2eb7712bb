"""Figures of counts over a test set."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from mmseg_scr.figures.tallies import REACHES, Tally
from mmseg_scr.metrics.scores import intersection_over_union, mean_over, ratio
from mmseg_scr.visualization import (
    PairChange,
    draw_class_iou,
    draw_class_pairs,
    draw_error_bars,
    draw_trimap,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

NO_CLASS = 'no class'


def class_iou(tally: Tally, classes: Sequence[str], *, width: float) -> 'Figure':
    """IoU by class."""
    ious = {t: 100 * intersection_over_union(counts) for t, counts in tally.whole.items()}
    return draw_class_iou(ious, classes, width=width)


def trimap(tally: Tally, _: Sequence[str], *, width: float) -> 'Figure':
    """MIoU over the reach of the band."""
    bands = {
        title: 100 * mean_over(intersection_over_union(counts), axis=1)
        for title, counts in tally.bands.items()
    }
    whole = {t: 100 * _mean_iou(counts) for t, counts in tally.whole.items()}
    first = next(iter(tally.whole))
    size = tally.whole[first][:2].sum()
    shares = [100 * float(ratio(band[:2].sum(), size)) for band in tally.bands[first]]
    return draw_trimap(bands, REACHES, whole=whole, shares=shares, width=width)


def error_kinds(tally: Tally, _: Sequence[str], *, width: float) -> 'Figure':
    """Kinds of errors, means over classes."""
    shares = {
        title: 100 * mean_over(ratio(kinds, kinds.sum(0)), axis=1)[1:]
        for title, kinds in tally.kinds.items()
    }
    return draw_error_bars(shares, unit='union, mean over classes', width=width)


def class_pairs(tally: Tally, classes: Sequence[str], *, width: float) -> 'Figure':
    """Pairs of classes cured and broken."""
    changes = tally.changes
    before, *_, after = tally.whole
    size = np.maximum(changes.before.sum(1, keepdims=True), 1) / 100
    shares = {name: getattr(changes, name) / size for name in ('cured', 'broken', 'net')}
    names = [*classes, NO_CLASS]
    pairs = [
        PairChange(
            label=f'{names[true]} as {names[predicted]}',
            better=int(changes.better[true, predicted]),
            worse=int(changes.worse[true, predicted]),
            **{name: float(share[true, predicted]) for name, share in shares.items()},
        )
        for true, predicted in np.argwhere((changes.churn > 0) | (changes.net != 0))
    ]
    if not pairs:
        raise ValueError(f'{before} and {after} predict the same in all images: no pair changed')
    return draw_class_pairs(pairs, before=before, after=after, width=width)


def _mean_iou(counts: np.ndarray) -> float:
    return float(mean_over(intersection_over_union(counts)))
