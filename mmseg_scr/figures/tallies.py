"""What figures need of all images of a test set, counted in one pass."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from mmseg_scr.figures.scenes import Scene
from mmseg_scr.metrics import ClassChanges, count_class_changes
from mmseg_scr.metrics.band_counts import count_bands
from mmseg_scr.metrics.class_codes import class_codes
from mmseg_scr.metrics.error_kinds import count_error_kinds

REACHES = (1, 2, 3, 5, 8, 12)
ERROR_WIDTH = 3  # pixels, as ErrorTypeMetric's


@dataclass
class Tally:
    """Sums over images, by title of the model.

    Attributes:
        whole: (3, K) true positives, false negatives, false positives.
        bands: (B, 3, K) of the pixels within each of ``REACHES``.
        kinds: (7, K) kinds of errors.
        changes: from the first model to the last; None for one model.
        images: counted so far.
    """

    num_classes: int
    ignore_index: int
    wants: frozenset[str]
    whole: dict[str, np.ndarray] = field(default_factory=dict)
    bands: dict[str, np.ndarray] = field(default_factory=dict)
    kinds: dict[str, np.ndarray] = field(default_factory=dict)
    changes: ClassChanges | None = None
    images: int = 0

    def add(self, scene: Scene) -> None:
        """Count one image.

        Raises:
            ValueError: it has no labels.
        """
        if scene.truth is None:
            raise ValueError(f'{scene.name} has no labels, which this figure compares with')
        codes = {
            title: class_codes(scene.truth, prediction, self.num_classes, self.ignore_index)
            for title, prediction in scene.predictions.items()
        }
        reaches: Sequence[int] = REACHES if 'bands' in self.wants else ()
        for title, pair in codes.items():
            counts = count_bands(*pair, num_classes=self.num_classes, reaches=reaches)
            _add(self.whole, title, counts['all'])
            _add(self.bands, title, counts['band'])
            if 'kinds' in self.wants:
                options = dict(num_classes=self.num_classes, width=ERROR_WIDTH)
                _add(self.kinds, title, count_error_kinds(*pair, **options))
        if 'changes' in self.wants:
            (label, before), *_, (_, after) = codes.values()
            changes = count_class_changes(label, before, after, num_classes=self.num_classes)
            self.changes = changes if self.changes is None else self.changes + changes
        self.images += 1


def _add(sums: dict[str, np.ndarray], title: str, counts: np.ndarray) -> None:
    sums[title] = sums.get(title, 0) + counts
