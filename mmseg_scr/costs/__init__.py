"""What models cost, counted, beside what was published."""

from mmseg_scr.costs.accuracies import ACCURACIES
from mmseg_scr.costs.catalogue import count_catalogue
from mmseg_scr.costs.configs import (
    ConfigCost,
    UnknownSizeError,
    count_configs,
    count_published,
)
from mmseg_scr.costs.count import Cost, ModelCost, count_costs
from mmseg_scr.costs.literature import LITERATURE, LiteratureRow
from mmseg_scr.costs.published import PUBLISHED, PublishedRow
from mmseg_scr.costs.report import format_report, write_report

__all__ = [
    'ACCURACIES',
    'LITERATURE',
    'PUBLISHED',
    'ConfigCost',
    'Cost',
    'LiteratureRow',
    'ModelCost',
    'PublishedRow',
    'UnknownSizeError',
    'count_catalogue',
    'count_configs',
    'count_costs',
    'count_published',
    'format_report',
    'write_report',
]
