"""Hooks that stop a run before it costs time, repeat it, look inside, or make it faster."""

from mmseg_scr.hooks.autocast import AutocastOptimWrapper
from mmseg_scr.hooks.channels_last import ChannelsLastHook
from mmseg_scr.hooks.checkpoint_report import CheckpointReportHook
from mmseg_scr.hooks.class_check import ClassCheckHook
from mmseg_scr.hooks.data_check import DataCheckHook
from mmseg_scr.hooks.diagnostics import DiagnosticsHook
from mmseg_scr.hooks.seeded_evaluation import SeededEvaluationHook
from mmseg_scr.hooks.training_speed import TrainingSpeedHook

__all__ = [
    'AutocastOptimWrapper',
    'ChannelsLastHook',
    'CheckpointReportHook',
    'ClassCheckHook',
    'DataCheckHook',
    'DiagnosticsHook',
    'SeededEvaluationHook',
    'TrainingSpeedHook',
]
