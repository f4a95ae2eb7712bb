"""Slot *contrast*: (levels, logits, labels) -> scalar; one thin registered module a file."""

from mmseg_scr.losses.pixel_contrast import PixelContrastLoss

__all__ = ['PixelContrastLoss']
