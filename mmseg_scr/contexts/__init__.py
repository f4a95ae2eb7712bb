"""Slot *context*: the backbone's maps, fine to coarse -> the pyramid's top (B, C, h4, w4)."""

from mmseg_scr.contexts.aspp import ASPP
from mmseg_scr.contexts.ccam import CCAM
from mmseg_scr.contexts.crm import CRM
from mmseg_scr.contexts.dam import DAM
from mmseg_scr.contexts.dappm import DAPPM
from mmseg_scr.contexts.frm import FRM
from mmseg_scr.contexts.hamburger import Hamburger
from mmseg_scr.contexts.last_stage import LastStage
from mmseg_scr.contexts.multi_stage import MultiStage
from mmseg_scr.contexts.ppm import PPM
from mmseg_scr.contexts.rcm import RCM

__all__ = [
    'ASPP',
    'CCAM',
    'CRM',
    'DAM',
    'DAPPM',
    'FRM',
    'PPM',
    'RCM',
    'Hamburger',
    'LastStage',
    'MultiStage',
]
