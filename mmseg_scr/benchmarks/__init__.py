"""Models side by side in one process: what is compared, how it is measured, how it is told."""

from mmseg_scr.benchmarks.comparisons import Comparison, ContrastTerm, Goal, Subject
from mmseg_scr.benchmarks.machine import describe_machine
from mmseg_scr.benchmarks.measuring import measure
from mmseg_scr.benchmarks.of_configs import compare_configs
from mmseg_scr.benchmarks.options import Options, override
from mmseg_scr.benchmarks.outcomes import Outcome, Row
from mmseg_scr.benchmarks.presets import PRESETS, make_presets
from mmseg_scr.benchmarks.report import format_growth, format_outcome, format_report, write_report
from mmseg_scr.benchmarks.results import Results
from mmseg_scr.benchmarks.session import Budget, run_comparisons

__all__ = [
    'PRESETS',
    'Budget',
    'Comparison',
    'ContrastTerm',
    'Goal',
    'Options',
    'Outcome',
    'Results',
    'Row',
    'Subject',
    'compare_configs',
    'describe_machine',
    'format_growth',
    'format_outcome',
    'format_report',
    'make_presets',
    'measure',
    'override',
    'run_comparisons',
    'write_report',
]
