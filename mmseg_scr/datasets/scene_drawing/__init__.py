"""Draws a street scene: (size, seed, index) -> image and exact label, no files, no global state."""

from mmseg_scr.datasets.scene_drawing.scene import draw_street_scene
from mmseg_scr.datasets.scene_drawing.scene_class import SceneClass

__all__ = ['SceneClass', 'draw_street_scene']
