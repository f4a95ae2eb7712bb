"""Training losses: one thin registered module a file. ``__all__`` lists those of slot *contrast*.

``EntropyDistillationLoss`` is the classifiers': it compares two predictions, not features.
"""

from mmseg_scr.losses.entropy_distillation import (
    EntropyDistillationLoss as EntropyDistillationLoss,
)
from mmseg_scr.losses.pixel_contrast import PixelContrastLoss

__all__ = ['PixelContrastLoss']
