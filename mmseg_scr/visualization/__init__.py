"""Figures from a run: arrays or logs in, a picture file out. Training needs none of it."""

from mmseg_scr.visualization.curves import plot_curves
from mmseg_scr.visualization.panels import draw_panels

__all__ = ['draw_panels', 'plot_curves']
