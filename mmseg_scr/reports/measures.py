"""Scores of a pass over images, each as counts by image so that images can be drawn again."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from mmseg_scr.figures.tallies import REACHES
from mmseg_scr.metrics.error_kinds import COLUMNS
from mmseg_scr.metrics.image_scores import image_class_iou, image_means
from mmseg_scr.reports.image_pass import PassResult
from mmseg_scr.reports.subjects import Pair, Subject
from mmseg_scr.runs.statistics import (
    BootstrapDifference,
    Difference,
    bootstrap_by_class,
    bootstrap_difference,
    mean_iou,
    paired_difference,
)

REPLICATES, FEW_REPLICATES = 10_000, 2_000
MANY = 50_000  # images times classes, beyond which fewer replicates are drawn
SHOWN_REACHES = (1, 3)  # of the bands in the table of all scores


@dataclass(frozen=True)
class Measure:
    """A score in percent, the mean over classes of a ratio of sums over images.

    Attributes:
        name: in tables.
        counts: a pass -> (N, K, 2), part and whole.
        lower_is_better: as of an error.
    """

    name: str
    counts: Callable[[PassResult], np.ndarray]
    lower_is_better: bool = False

    def of(self, result: PassResult) -> float:
        """Its value."""
        return float(mean_iou(self.counts(result).sum(0)))


@dataclass(frozen=True)
class Compared:
    """A difference to the baseline.

    Attributes:
        seeds: with Student's t over the seeds that both have; None for fewer than two.
        images: of one training each, with the bootstrap over images.
    """

    seeds: Difference | None
    images: BootstrapDifference

    @property
    def main(self) -> Difference:
        """The one that tells most: over seeds where there are seeds."""
        return self.seeds or self.images


def iou_counts(counts: np.ndarray) -> np.ndarray:
    """(N, 3, K) -> (N, K, 2), intersection and union."""
    return np.stack([counts[:, 0], counts.sum(1)], axis=2)


def _accuracy_counts(result: PassResult) -> np.ndarray:
    return np.stack([result.whole[:, 0], result.whole[:, :2].sum(1)], axis=2)


def _pixel_counts(result: PassResult) -> np.ndarray:
    return _accuracy_counts(result).sum(1, keepdims=True)


def _image_counts(result: PassResult) -> np.ndarray:
    scores = image_scores(result)
    return np.stack([np.nan_to_num(scores), ~np.isnan(scores)], axis=1)[:, None]


def _band_counts(index: int, result: PassResult) -> np.ndarray:
    return iou_counts(result.bands[:, index])


def _interior_counts(index: int, result: PassResult) -> np.ndarray:
    return iou_counts(result.whole - result.bands[:, index])


def _kind_counts(index: int, result: PassResult) -> np.ndarray:
    return np.stack([result.kinds[:, index], result.kinds.sum(1)], axis=2)


def image_scores(result: PassResult) -> np.ndarray:
    """(N,) mean IoU over the classes in each image's label, 0 to 1; nan without known pixels."""
    return image_means(image_class_iou(result.whole))


WHOLE = Measure('mIoU', lambda result: iou_counts(result.whole))
BANDS = {
    reach: (
        Measure(f'mIoU within {reach} px of a border', partial(_band_counts, index)),
        Measure(f'mIoU farther than {reach} px from borders', partial(_interior_counts, index)),
    )
    for index, reach in enumerate(REACHES)
}
KINDS = [
    Measure(name.replace('_', ' '), partial(_kind_counts, index), lower_is_better=True)
    for index, name in enumerate(COLUMNS)
    if index
]
SCORES = [
    WHOLE,
    Measure('mAcc', _accuracy_counts),
    Measure('aAcc', _pixel_counts),
    *(measure for reach in SHOWN_REACHES for measure in BANDS[reach]),
    Measure('mIoU of single images', _image_counts),
]


def compare(pair: Pair, measure: Measure) -> Compared:
    """The difference of a score, over seeds and over images."""
    values = [[measure.of(s.of_seed(seed)) for seed in pair.seeds] for s in (pair.base, pair.other)]
    counts = [measure.counts(result) for result in pair.shown]
    return Compared(
        _over_seeds(*values) if len(pair.seeds) > 1 else None,
        bootstrap_difference(*counts, replicates=replicates(counts[0])),
    )


def compare_classes(pair: Pair) -> list[Compared]:
    """The same for the IoU of each class."""
    counts = [iou_counts(result.whole) for result in pair.shown]
    by_class = bootstrap_by_class(*counts, replicates=replicates(counts[0]))
    if len(pair.seeds) < 2:
        return [Compared(None, of_class) for of_class in by_class]
    ious = [class_ious(s, pair.seeds) for s in (pair.base, pair.other)]
    return [
        Compared(_over_seeds(*(values[:, k].tolist() for values in ious)), of_class)
        for k, of_class in enumerate(by_class)
    ]


def _over_seeds(a: Sequence[float], b: Sequence[float]) -> Difference:
    """Nan where a seed has no value, as of a class that no label has."""
    if not np.isfinite([a, b]).all():
        return Difference(np.nan, np.nan, np.nan, len(a))
    return paired_difference(a, b)


def class_ious(subject: Subject, seeds: list[int] | None = None) -> np.ndarray:
    """(trainings, K) IoU in percent, of the seeds or of all trainings; nan without a union."""
    passes = subject.passes if seeds is None else [subject.of_seed(seed) for seed in seeds]
    sums = np.array([iou_counts(each.whole).sum(0) for each in passes], dtype=float)
    sums = sums.reshape(len(passes), -1, 2)
    whole = sums[..., 1]
    return 100 * np.divide(sums[..., 0], whole, out=np.full(whole.shape, np.nan), where=whole > 0)


def replicates(counts: np.ndarray) -> int:
    """How often images are drawn: less often where that would take minutes."""
    return REPLICATES if counts.shape[0] * counts.shape[1] <= MANY else FEW_REPLICATES
