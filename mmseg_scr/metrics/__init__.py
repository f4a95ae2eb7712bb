"""Evaluators for mmseg: figures by class, errors at boundaries, kinds of errors, single images."""

from mmseg_scr.metrics.boundary_metric import BoundaryMetric
from mmseg_scr.metrics.class_changes import ClassChanges, count_class_changes, gain_without
from mmseg_scr.metrics.class_iou import ClassIoUMetric
from mmseg_scr.metrics.error_type_metric import ErrorTypeMetric
from mmseg_scr.metrics.image_table import ImageTable
from mmseg_scr.metrics.per_image_metric import PerImageMetric

__all__ = [
    'BoundaryMetric',
    'ClassChanges',
    'ClassIoUMetric',
    'ErrorTypeMetric',
    'ImageTable',
    'PerImageMetric',
    'count_class_changes',
    'gain_without',
]
