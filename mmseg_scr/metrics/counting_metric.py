"""An evaluator that keeps sums of integers: constant memory, exact in any number of processes.

mmengine keeps one result an image and cuts the list to the length of the dataset, because a sampler
gives every process equally many images and repeats some for it. Sums cannot be cut; instead the
last image of each process is remembered, for it is the only one that can be a repetition.
"""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from mmengine.dist import get_world_size
from mmengine.evaluator import BaseMetric

from mmseg_scr.metrics.class_codes import read_codes

Counts = dict[str, np.ndarray]


@dataclass
class Tally:
    """What one process has counted: the number of images, their sums, the last one's counts."""

    images: int = 0
    total: Counts = field(default_factory=dict)
    last: Counts = field(default_factory=dict)

    def add(self, counts: Counts) -> None:
        """Count one more image."""
        self.images += 1
        self.total = _sum(self.total, counts)
        self.last = counts


def merge_tallies(tallies: Sequence[Tally], size: int) -> Counts:
    """Sum over the images of a dataset, each of them once.

    Args:
        tallies: of all processes, by rank.
        size: images in the dataset.

    Raises:
        ValueError: the processes saw more images than a sampler of mmengine gives them.
    """
    seen = images = sum(tally.images for tally in tallies)
    total = {}
    for rank, tally in enumerate(tallies):
        total = _sum(total, tally.total)
        # Image i is in process i modulo their number; what is repeated comes last.
        share = -(-(size - rank) // len(tallies))
        if seen > size and tally.images == share + 1:
            total = _sum(total, tally.last, sign=-1)
            images -= 1
    if images > size:
        raise ValueError(
            f'{seen} images were evaluated where the dataset has {size}; use DefaultSampler, which '
            'repeats at most the last image of each process'
        )
    return total


class CountingMetric(BaseMetric):
    """Base of metrics whose scores are made from sums of integer counts.

    Args:
        ignore_index: label of pixels that do not count.
        **kwargs: of ``BaseMetric`` (``prefix``, ``collect_device``, ``collect_dir``).
    """

    def __init__(self, *, ignore_index: int = 255, **kwargs) -> None:
        super().__init__(**kwargs)
        self.ignore_index = ignore_index
        self._tally = Tally()
        self._size = 0

    @abstractmethod
    def count(self, label: np.ndarray, prediction: np.ndarray, num_classes: int) -> Counts:
        """Count one image; all arrays int64, of the same shapes for every image.

        Args:
            label: (H, W) codes, see ``class_codes``.
            prediction: (H, W) codes.
            num_classes: K.
        """

    @abstractmethod
    def summarize(self, counts: Counts) -> dict[str, float]:
        """Print the table by class and return the means in percent."""

    def process(self, data_batch: object, data_samples: Sequence[Mapping]) -> None:
        """Count the images of a batch."""
        num_classes = len(self.dataset_meta['classes'])
        for sample in data_samples:
            codes = read_codes(sample, num_classes, self.ignore_index)
            self._tally.add(self.count(*codes, num_classes))

    def evaluate(self, size: int) -> dict[str, float]:
        """Merge the sums of all processes and score them.

        Args:
            size: images in the dataset.
        """
        self._size = size
        self.results = [self._tally]
        self._tally = Tally()
        return super().evaluate(get_world_size())

    def compute_metrics(self, results: list[Tally]) -> dict[str, float]:
        """Score what the processes counted."""
        counts = merge_tallies(results, self._size)
        if not counts:  # no image at all
            return {}
        return self.summarize(counts)


def _sum(one: Counts, other: Counts, sign: int = 1) -> Counts:
    return {key: one.get(key, 0) + sign * other[key] for key in other} if other else one
