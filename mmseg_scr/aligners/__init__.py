"""Slot *aligner*: (coarse (B, C, h, w), fine (B, C, H, W)) -> coarse on the grid of fine.

The head adds the fine map to what an aligner returns. An aligner whose result is whole only by that
sum says ``completed_by_sum = True``: heads that do not add then do.
"""

from mmseg_scr.aligners.alignfa import AlignFA
from mmseg_scr.aligners.bilinear import Bilinear
from mmseg_scr.aligners.carafe import CARAFE
from mmseg_scr.aligners.dysample import DySample
from mmseg_scr.aligners.fade import FADE
from mmseg_scr.aligners.fam import FAM
from mmseg_scr.aligners.freqfusion import FreqFusion
from mmseg_scr.aligners.sapa import SAPA
from mmseg_scr.aligners.srm import SRM

__all__ = [
    'CARAFE',
    'FADE',
    'FAM',
    'SAPA',
    'SRM',
    'AlignFA',
    'Bilinear',
    'DySample',
    'FreqFusion',
]
