"""Slot *aligner*: (coarse (B, C, h, w), fine (B, C, H, W)) -> coarse on the grid of fine."""

from mmseg_scr.aligners.alignfa import AlignFA
from mmseg_scr.aligners.bilinear import Bilinear
from mmseg_scr.aligners.fam import FAM
from mmseg_scr.aligners.srm import SRM

__all__ = ['FAM', 'SRM', 'AlignFA', 'Bilinear']
