"""Figures: arrays, series or numbers in, a picture file out; nothing here reads a run."""

from mmseg_scr.visualization.costs import CostPoint, plot_accuracy_cost, plot_cost_bars
from mmseg_scr.visualization.curves import Series, plot_curves
from mmseg_scr.visualization.panels import draw_panels
from mmseg_scr.visualization.seeds import plot_seed_differences

__all__ = [
    'CostPoint',
    'Series',
    'draw_panels',
    'plot_accuracy_cost',
    'plot_cost_bars',
    'plot_curves',
    'plot_seed_differences',
]
