"""Figures: arrays, series or numbers in, a figure or a picture file out; nothing reads a run.

``draw_*`` of arrays give a figure, which ``save_figure`` writes; ``draw_panels`` and ``plot_*``
write their file themselves.
"""

from mmseg_scr.visualization.attention import draw_attention
from mmseg_scr.visualization.channel_factors import draw_channel_factors
from mmseg_scr.visualization.class_iou import draw_class_iou
from mmseg_scr.visualization.class_pairs import PairChange, draw_class_pairs
from mmseg_scr.visualization.costs import CostPoint, plot_accuracy_cost, plot_cost_bars
from mmseg_scr.visualization.curves import Series, plot_curves
from mmseg_scr.visualization.error_bars import draw_error_bars
from mmseg_scr.visualization.feature_maps import draw_feature_maps
from mmseg_scr.visualization.figure import save_figure
from mmseg_scr.visualization.growth import draw_growth
from mmseg_scr.visualization.improvements import draw_improvements
from mmseg_scr.visualization.latency import LatencyPoint, draw_latency
from mmseg_scr.visualization.offsets import draw_offsets
from mmseg_scr.visualization.panels import draw_panels
from mmseg_scr.visualization.ratios import RatioBar, draw_ratios
from mmseg_scr.visualization.seed_curves import draw_seed_curves
from mmseg_scr.visualization.seeds import plot_seed_differences
from mmseg_scr.visualization.trimap import draw_trimap

__all__ = [
    'CostPoint',
    'LatencyPoint',
    'PairChange',
    'RatioBar',
    'Series',
    'draw_attention',
    'draw_channel_factors',
    'draw_class_iou',
    'draw_class_pairs',
    'draw_error_bars',
    'draw_feature_maps',
    'draw_growth',
    'draw_improvements',
    'draw_latency',
    'draw_offsets',
    'draw_panels',
    'draw_ratios',
    'draw_seed_curves',
    'draw_trimap',
    'plot_accuracy_cost',
    'plot_cost_bars',
    'plot_curves',
    'plot_seed_differences',
    'save_figure',
]
