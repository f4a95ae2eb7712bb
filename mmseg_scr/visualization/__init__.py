"""Figures from a run or a count: arrays, logs or numbers in, a picture file out."""

from mmseg_scr.visualization.costs import CostPoint, plot_accuracy_cost, plot_cost_bars
from mmseg_scr.visualization.curves import plot_curves
from mmseg_scr.visualization.panels import draw_panels

__all__ = ['CostPoint', 'draw_panels', 'plot_accuracy_cost', 'plot_cost_bars', 'plot_curves']
