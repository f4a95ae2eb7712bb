"""What is compared: methods, each with one training or with several seeds of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from mmseg_scr.figures import NamedModel, TrainedModel
from mmseg_scr.figures.tallies import Tally
from mmseg_scr.metrics import ClassChanges, count_class_changes
from mmseg_scr.metrics.class_codes import class_codes
from mmseg_scr.reports.image_pass import PassResult


@dataclass
class Subject:
    """A method.

    Attributes:
        named: its trainings.
        model: of the first of them.
        passes: what each training's model did on the images.
    """

    named: NamedModel
    model: TrainedModel
    passes: list[PassResult] = field(default_factory=list)

    @property
    def title(self) -> str:
        """In tables and legends."""
        return self.model.title

    @property
    def seeds(self) -> list[int | None]:
        """Of its trainings, None where a folder does not tell."""
        return [run.seed for run in self.named.runs]

    def of_seed(self, seed: int | None) -> PassResult:
        """The pass of a seed; None is the first training."""
        return self.passes[0 if seed is None else self.seeds.index(seed)]


@dataclass(frozen=True)
class Pair:
    """A method beside the baseline.

    Attributes:
        base: the baseline.
        other: the method.
    """

    base: Subject
    other: Subject

    @property
    def seeds(self) -> list[int]:
        """That both have."""
        return [s for s in self.base.seeds if s is not None and s in self.other.seeds]

    @property
    def shown(self) -> tuple[PassResult, PassResult]:
        """The two trainings whose predictions are compared image by image."""
        seed = self.seeds[0] if self.seeds else None
        return self.base.of_seed(seed), self.other.of_seed(seed)

    @property
    def of_which(self) -> str:
        """Of which training that is, in words; nothing where there is but one each."""
        if self.seeds and max(len(self.base.seeds), len(self.other.seeds)) > 1:
            return f' of seed {self.seeds[0]}'
        several = max(len(self.base.seeds), len(self.other.seeds)) > 1
        return ' of the first training' if several else ''

    def changes(self) -> ClassChanges:
        """Pixels by pair of classes, all images."""
        model = self.base.model
        options = dict(num_classes=len(model.classes), ignore_index=model.ignore_index)
        before, after = self.shown
        total = None
        for index in range(len(before.names)):
            (truth, first), (_, last) = before.maps(index), after.maps(index)
            label, first = class_codes(truth, first, **options)
            _, last = class_codes(truth, last, **options)
            counted = count_class_changes(label, first, last, num_classes=len(model.classes))
            total = counted if total is None else total + counted
        return total


def tally_of(subjects: Sequence[Subject], changes: ClassChanges | None = None) -> Tally:
    """The sums that figures are drawn of, all trainings of a method together."""
    model = subjects[0].model
    wants = frozenset(('whole', 'bands', 'kinds'))
    tally = Tally(len(model.classes), model.ignore_index, wants, changes=changes)
    for subject in subjects:
        for name in wants:
            sums = [getattr(each, name).astype(np.int64).sum(0) for each in subject.passes]
            getattr(tally, name)[subject.title] = np.sum(sums, axis=0)
    tally.images = len(subjects[0].passes[0].names)
    return tally
