"""Which confusions a second model cures and which it makes, pair of classes by pair of classes.

A pixel is cured where only the second model is right, broken where only the first is. Confusion
matrices alone cannot tell: equal entries may hide as much that was cured as was broken.
"""

from dataclasses import dataclass

import numpy as np

from mmseg_scr.metrics.class_codes import UNKNOWN
from mmseg_scr.metrics.scores import mean_over, ratio


@dataclass
class ClassChanges:
    """Pixels of true class l that are taken for k, summed over images; int64.

    The last of the K + 1 columns is what is predicted but no class.

    Attributes:
        before: (K, K + 1) confusion of the first model.
        after: (K, K + 1) of the second.
        cured: (K, K + 1) wrong as k before, right after; 0 on the diagonal.
        broken: (K, K + 1) right before, wrong as k after.
        moved: pixels that are wrong as one class before and as another after.
        better: (K, K + 1) images in which the second model takes fewer pixels of l for k.
        worse: (K, K + 1) images in which it takes more.
    """

    before: np.ndarray
    after: np.ndarray
    cured: np.ndarray
    broken: np.ndarray
    moved: int
    better: np.ndarray
    worse: np.ndarray

    @property
    def net(self) -> np.ndarray:
        """(K, K + 1) pixels that are no longer taken for k, less those that are now."""
        difference = self.before - self.after
        return difference * ~np.eye(*difference.shape, dtype=bool)

    @property
    def churn(self) -> np.ndarray:
        """(K, K + 1) pixels that were cured or broken."""
        return self.cured + self.broken

    def __add__(self, other: 'ClassChanges') -> 'ClassChanges':
        pairs = ((getattr(self, name), getattr(other, name)) for name in self.__annotations__)
        return ClassChanges(*(a + b for a, b in pairs))


def count_class_changes(
    label: np.ndarray, before: np.ndarray, after: np.ndarray, *, num_classes: int
) -> ClassChanges:
    """Count one image.

    Args:
        label: (H, W) codes, see ``class_codes``. Of a part of an image: codes that are unknown
            elsewhere; the counts of parts add up to those of the image.
        before: (H, W) codes of the first model.
        after: (H, W) codes of the second.
        num_classes: K.
    """

    def confusion(prediction: np.ndarray, where: np.ndarray) -> np.ndarray:
        known = where & (label != UNKNOWN) & (label <= num_classes)
        rows, columns = (codes[known].astype(np.int64) - 1 for codes in (label, prediction))
        counts = np.bincount(
            rows * (num_classes + 1) + columns, minlength=num_classes * (num_classes + 1)
        )
        return counts.reshape(num_classes, num_classes + 1)

    right_before, right_after = before == label, after == label
    everywhere = np.ones(label.shape, bool)
    both_wrong = ~right_before & ~right_after & (label != UNKNOWN) & (label <= num_classes)
    changes = ClassChanges(
        before=confusion(before, everywhere),
        after=confusion(after, everywhere),
        cured=confusion(before, ~right_before & right_after),
        broken=confusion(after, right_before & ~right_after),
        moved=int(np.count_nonzero(both_wrong & (before != after))),
        better=np.zeros(0),
        worse=np.zeros(0),
    )
    net = changes.net
    changes.better, changes.worse = (net > 0).astype(np.int64), (net < 0).astype(np.int64)
    return changes


def gain_without(confusion: np.ndarray, true_class: int, predicted: int) -> float:
    """What mIoU would gain if no pixel of one class were taken for one other; not additive.

    Args:
        confusion: (K, K + 1) pixels, true class by predicted one.
        true_class: l.
        predicted: k, another one.

    Returns:
        A fraction.
    """
    healed = confusion.copy()
    healed[true_class, true_class] += healed[true_class, predicted]
    healed[true_class, predicted] = 0
    return _mean_iou(healed) - _mean_iou(confusion)


def _mean_iou(confusion: np.ndarray) -> float:
    classes = len(confusion)
    right = confusion.diagonal()
    return float(mean_over(ratio(right, confusion.sum(1) + confusion.sum(0)[:classes] - right)))
