"""Functions behind the tools: they take models, configs or runs and return values or Markdown."""

from mmseg_scr.analysis.complexity import Cost, ModelCost, count_costs
from mmseg_scr.analysis.cost_report import format_report, write_report
from mmseg_scr.analysis.cost_table import (
    ConfigCost,
    UnknownSizeError,
    count_configs,
    count_published,
    format_costs,
)
from mmseg_scr.analysis.literature import LITERATURE, LiteratureRow
from mmseg_scr.analysis.published import PUBLISHED, PublishedRow

__all__ = [
    'LITERATURE',
    'PUBLISHED',
    'ConfigCost',
    'Cost',
    'LiteratureRow',
    'ModelCost',
    'PublishedRow',
    'UnknownSizeError',
    'count_configs',
    'count_costs',
    'count_published',
    'format_costs',
    'format_report',
    'write_report',
]
