"""Pictures of costs: bars by part, and published accuracy over cost beside the literature."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

from mmseg_scr.costs.configs import ConfigCost, order_parts
from mmseg_scr.costs.literature import LITERATURE, LiteratureRow
from mmseg_scr.costs.published import DATASETS, MULTI_SCALE, TEST, PublishedRow
from mmseg_scr.visualization import CostPoint, plot_accuracy_cost, plot_cost_bars

METHOD = 'SCR (cost counted here)'
ABLATION = 'SCR with another aligner or context (cost counted here)'
COMPARED = 'other config of this package (cost counted here)'
CITED = 'literature (cost as published)'
COLORS = {METHOD: '#c1121f', ABLATION: '#e07a1f', COMPARED: '#1d5fa8', CITED: '#7d8590'}
LARGE = 3  # times the cheapest model at the same size
NAMES = {'scr': 'SCR', 'frmseg': 'FRMSeg', 'segnext': 'SegNeXt'}


def draw_costs(folder: Path, counted: Sequence[ConfigCost]) -> list[Path]:
    """Write ``costs_by_part.png`` and ``accuracy_cost.png`` into ``folder``."""
    points = {name: [] for name in DATASETS.values()}
    for c in counted:
        if c.published and c.published.miou is not None and c.published.protocol != TEST:
            points[DATASETS[c.shape]].append(_own_point(c, c.published))
    for row in LITERATURE:
        points[row.dataset].append(_cited_point(row))
    return [
        plot_cost_bars(folder / 'costs_by_part.png', _bars(counted)),
        plot_accuracy_cost(folder / 'accuracy_cost.png', points, COLORS),
    ]


def _bars(counted: Sequence[ConfigCost]) -> dict[str, dict[str, dict[str, float]]]:
    """Panel -> model -> part -> paper G. Two recipes of one model have their full names."""
    parts = order_parts(counted)
    recipes = Counter((_short_name(c), c.shape) for c in counted)
    panels = defaultdict(dict)
    for c in counted:
        label = _short_name(c) if recipes[_short_name(c), c.shape] == 1 else str(c)
        costs = {name: c.cost.parts[name].paper for name in parts if name in c.cost.parts}
        bar = {name: costs.get(name, 0) / 1e9 for name in parts}
        panels[_panel(c, counted)][label] = bar
    return dict(panels)


def _panel(counted: ConfigCost, others: Sequence[ConfigCost]) -> str:
    """One for each size, and one for the models beside which the others would look alike."""
    name = DATASETS.get(counted.shape)
    title = f'{name}, {counted.size}' if name else counted.size
    smallest = min(c.cost.total.paper for c in others if c.shape == counted.shape)
    large = counted.cost.total.paper > LARGE * smallest
    return f'{title}, large models' if large else title


def _short_name(counted: ConfigCost) -> str:
    return ' '.join(counted.config.split('_')[:2])


def _own_point(counted: ConfigCost, row: PublishedRow) -> CostPoint:
    method, backbone = counted.config.split('_')[:2]
    if method in NAMES:
        label = f'{NAMES[method]} {backbone.upper()}'
        group = METHOD if method == 'scr' else COMPARED
    else:
        label, group = method.rpartition('-')[2], ABLATION
    multi_scale = row.protocol == MULTI_SCALE
    return CostPoint(label, counted.macs.own, row.miou, group, multi_scale=multi_scale)


def _cited_point(row: LiteratureRow) -> CostPoint:
    own_backbone = row.backbone.startswith(row.method)  # as in DDRNet-23
    label = row.backbone if own_backbone else f'{row.method} {row.backbone}'
    if DATASETS.get(row.shape) != row.dataset:
        label += f' (at {"x".join(map(str, row.shape))})'
    multi_scale = row.protocol == MULTI_SCALE
    return CostPoint(label, row.macs, row.miou, CITED, multi_scale=multi_scale)
