"""Slot *context*: the backbone's maps, fine to coarse -> the pyramid's top (B, C, h4, w4)."""

from mmseg_scr.contexts.crm import CRM
from mmseg_scr.contexts.last_stage import LastStage
from mmseg_scr.contexts.multi_stage import MultiStage

__all__ = ['CRM', 'LastStage', 'MultiStage']
