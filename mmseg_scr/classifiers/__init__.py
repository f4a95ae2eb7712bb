"""Slot *classifier*: features, and logits and weight of the head's 1x1 convolution -> logits.

All (B, K, h, w). ``training_terms`` returns what training adds: further logits by name, each with
the factor of the head's loss on them, and losses of the part's own.
``EntropyDistillationLoss`` is a part of one of them: it compares two predictions.
"""

from mmseg_scr.classifiers.context_aware import ContextAwareClassifier
from mmseg_scr.classifiers.entropy_distillation import (
    EntropyDistillationLoss as EntropyDistillationLoss,
)
from mmseg_scr.classifiers.ocr import OCR
from mmseg_scr.classifiers.plain import PlainClassifier

__all__ = ['OCR', 'ContextAwareClassifier', 'PlainClassifier']
