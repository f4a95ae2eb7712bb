"""Differences between two methods, with intervals: over seeds, and over the images of a set.

The two answer different questions and neither answers the other's. *Trained again, would B be
better?* is asked of seeds (paired t). *On other images, would these two trained models differ?* is
asked of images (bootstrap).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from statistics import mean, stdev

import numpy as np

from mmseg_scr.metrics.scores import mean_over

LEVEL = 0.95


@dataclass(frozen=True)
class Difference:
    """B minus A, and the interval that covers it at ``LEVEL``; nan where it cannot be told."""

    mean: float
    low: float
    high: float
    count: int

    @property
    def resolved(self) -> bool:
        """Whether the interval excludes zero."""
        return self.low > 0 or self.high < 0

    def __str__(self) -> str:
        return format(self, '')

    def __format__(self, spec: str) -> str:
        signed = f'+{spec or ".2f"}'
        center, low, high = (format(value, signed) for value in (self.mean, self.low, self.high))
        if np.isnan(self.mean):
            return '-'
        return f'{center}, one seed' if np.isnan(self.low) else f'{center} [{low}, {high}]'


def paired_difference(a: Sequence[float], b: Sequence[float]) -> Difference:
    """Mean of b - a over pairs, such as the same seed, with the interval of Student's t.

    Args:
        a: one value a pair.
        b: the other value of each pair.

    Raises:
        ValueError: no pair, or sequences of different lengths.
    """
    if len(a) != len(b) or not a:
        raise ValueError(f'a and b must hold the two values of each pair, got {len(a)}, {len(b)}')
    differences = [y - x for x, y in zip(a, b, strict=True)]
    center = mean(differences)
    if len(differences) == 1:
        return Difference(center, np.nan, np.nan, 1)
    from scipy.stats import t

    reach = t.ppf((1 + LEVEL) / 2, len(differences) - 1)
    reach *= stdev(differences) / len(differences) ** 0.5
    return Difference(center, center - reach, center + reach, len(differences))


@dataclass(frozen=True)
class BootstrapDifference(Difference):
    """A :class:`Difference` over images.

    ``opposite`` is the share of replicates whose sign is the other one; ``lost`` the share in which
    a class that a model has was drawn in no image of it and therefore left out, for both models.
    """

    opposite: float = 0.0
    lost: float = 0.0


def bootstrap_difference(
    a: np.ndarray,
    b: np.ndarray,
    *,
    replicates: int = 10_000,
    seed: int = 0,
    measure: Callable[[np.ndarray], np.ndarray] | None = None,
) -> BootstrapDifference:
    """Difference of two models on one set of images, which are drawn again with replacement.

    Args:
        a: (images, classes, 2): counts of each image, intersection and union, of model A.
        b: the same of model B, images in the same order.
        replicates: how often a set of as many images is drawn, the same one for both models.
        seed: of the draws.
        measure: summed counts (..., classes, 2) -> value (...); mean IoU in percent over the
            classes that have a union by default.

    Raises:
        ValueError: tables of different shapes.
    """
    measure = measure or mean_iou
    totals = _drawn_totals(a, b, replicates, seed)
    lost = np.zeros(totals[0].shape[:2], bool)
    # A class that one model alone has, as one that no label has, counts for that one as in the set.
    for table, total in zip((a, b), totals, strict=True):
        lost |= (total[..., 1] == 0) & (table[..., 1].sum(0) > 0)
    kept = [np.where(lost[..., None], 0, total) for total in totals]
    drawn = measure(kept[1]) - measure(kept[0])
    point = float(measure(b.sum(0)) - measure(a.sum(0)))
    return _over_images(point, drawn, len(a), float(np.mean(lost.any(axis=1))))


def bootstrap_by_class(
    a: np.ndarray, b: np.ndarray, *, replicates: int = 10_000, seed: int = 0
) -> list[BootstrapDifference]:
    """The same for the IoU of each class alone, in percent; nan where a model has none of it.

    No correction is made for their number: of many classes, chance alone resolves some.

    Raises:
        ValueError: tables of different shapes.
    """
    totals = _drawn_totals(a, b, replicates, seed)
    present = (totals[0][..., 1] > 0) & (totals[1][..., 1] > 0)
    ious = [np.where(present, _iou(total), np.nan) for total in totals]
    point = _iou(b.sum(0)) - _iou(a.sum(0))
    return [
        _over_images(float(p), d[there], len(a), float(np.mean(~there)))
        for p, d, there in zip(point, (ious[1] - ious[0]).T, present.T, strict=True)
    ]


def _drawn_totals(a: np.ndarray, b: np.ndarray, replicates: int, seed: int) -> list[np.ndarray]:
    """Sums of both tables, (replicates, classes, 2) each."""
    if a.shape != b.shape or a.ndim != 3:
        raise ValueError(f'a and b must be (images, classes, 2), got {a.shape} and {b.shape}')
    weights = _weights(len(a), replicates, seed)
    # Sums below 2^53 are exact as floats, which BLAS multiplies much faster than integers.
    return [np.tensordot(weights, table.astype(float), 1) for table in (a, b)]


@lru_cache(maxsize=1)  # a report asks for many measures on one set
def _weights(images: int, replicates: int, seed: int) -> np.ndarray:
    shares = np.full(images, 1 / images)
    return np.random.default_rng(seed).multinomial(images, shares, replicates).astype(float)


def _over_images(point: float, drawn: np.ndarray, images: int, lost: float) -> BootstrapDifference:
    drawn = drawn[np.isfinite(drawn)]  # nothing was drawn that has a value
    if len(drawn) == 0 or np.isnan(point):
        return BootstrapDifference(np.nan, np.nan, np.nan, images, 0.0, lost)
    low, high = np.percentile(drawn, [50 * (1 - LEVEL), 50 * (1 + LEVEL)])
    opposite = float(np.mean(np.sign(drawn) == -np.sign(point))) if point else 0.0
    return BootstrapDifference(point, float(low), float(high), images, opposite, lost)


def mean_iou(counts: np.ndarray) -> np.ndarray:
    """Counts (..., classes, 2), intersection and union -> mean IoU (...) in percent."""
    return mean_over(_iou(counts), axis=-1)


def _iou(counts: np.ndarray) -> np.ndarray:
    """Percent, nan without a union."""
    union = counts[..., 1].astype(float)
    return 100 * np.divide(counts[..., 0], union, out=np.full(union.shape, np.nan), where=union > 0)
