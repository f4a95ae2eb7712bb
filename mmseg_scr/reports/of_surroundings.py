"""With what the report was made."""

import platform
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timezone

import cv2
import numpy as np
import torch
from mmcv import __version__ as mmcv_version

from mmseg_scr.reports.document import Section, Table, word
from mmseg_scr.reports.subjects import Subject
from mmseg_scr.runs.versions import package_versions


@dataclass(frozen=True)
class Times:
    """Seconds of a report.

    Attributes:
        models: spent in the models' predictions.
        passes: of predicting with all that belongs to it: reading, counting, keeping.
        total: of everything, from reading the checkpoints on.
        predicted: images times trainings that were predicted.
        taken: those that were there from before.
    """

    models: float
    passes: float
    total: float
    predicted: int
    taken: int

    def __str__(self) -> str:
        taken = f', {self.taken} taken from before' if self.taken else ''
        if not self.predicted:
            return f'No prediction was needed, {self.taken} were there; {self.total:.1f} s in all.'
        return (
            f'{self.predicted} predictions{taken} in {self.passes:.1f} s, with reading and counting'
            f'. The report took {self.total:.1f} s, {self.total / self.passes:.2f} times as long; '
            f'the models alone {self.models:.1f} s, {100 * self.models / self.total:.0f} % of it.'
        )


def times_of(subjects: Sequence[Subject], total: float) -> Times:
    """Sums over the passes."""
    passes = [result for subject in subjects for result in subject.passes]
    predicted = sum(result.predicted for result in passes)
    return Times(
        models=sum(result.spent for result in passes),
        passes=sum(result.total for result in passes),
        total=total,
        predicted=predicted,
        taken=sum(len(result.names) for result in passes) - predicted,
    )


def environment(device: str) -> Section:
    """Versions and hardware."""
    libraries = dict(mmcv=mmcv_version, numpy=np.__version__, opencv=cv2.__version__)
    values = package_versions() | libraries
    values |= {
        'system': f'{platform.system()} {platform.machine()}',
        'device': device,
        'threads of torch': str(torch.get_num_threads()),
        'made': datetime.now(timezone.utc).strftime('%Y-%m-%d %H:%M UTC'),
    }
    rows = [[word(name), word(value)] for name, value in values.items()]
    caption = 'With what this report was made.'
    table = Table(caption, ['what', 'value'], rows, texts=frozenset((0, 1)))
    return Section('environment', 'Environment', [table])
