"""Functions behind the tools: they take models, configs or runs and return values or Markdown."""

from mmseg_scr.analysis.complexity import Cost, ModelCost, count_costs
from mmseg_scr.analysis.cost_table import ConfigCost, count_configs, count_published, format_costs
from mmseg_scr.analysis.published import PUBLISHED, PublishedRow

__all__ = [
    'PUBLISHED',
    'ConfigCost',
    'Cost',
    'ModelCost',
    'PublishedRow',
    'count_configs',
    'count_costs',
    'count_published',
    'format_costs',
]
