"""Evaluators of mmseg: what a test measures beside its means."""

from mmseg_scr.metrics.class_iou import ClassIoUMetric

__all__ = ['ClassIoUMetric']
