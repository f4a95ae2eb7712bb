"""Hooks that stop a run or say what is wrong before it costs time, repeat it, or look inside."""

from mmseg_scr.hooks.checkpoint_report import CheckpointReportHook
from mmseg_scr.hooks.class_check import ClassCheckHook
from mmseg_scr.hooks.data_check import DataCheckHook
from mmseg_scr.hooks.diagnostics import DiagnosticsHook
from mmseg_scr.hooks.seeded_evaluation import SeededEvaluationHook

__all__ = [
    'CheckpointReportHook',
    'ClassCheckHook',
    'DataCheckHook',
    'DiagnosticsHook',
    'SeededEvaluationHook',
]
