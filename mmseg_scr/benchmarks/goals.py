"""Whether a measured ratio is what was wanted."""

from mmseg_scr.benchmarks.comparisons import Goal
from mmseg_scr.benchmarks.outcomes import Outcome


def judge(goal: Goal, outcome: Outcome) -> str:
    """``met`` or ``missed`` by the median, with a ``?`` if its interval says either.

    Returns:
        ``not measured`` where there is no ratio.
    """
    for row in outcome.rows:
        measured = row.quantities.get(goal.quantity)
        if row.name == goal.subject and measured is not None and measured.ratio is not None:
            ratio = measured.ratio
            word = 'met' if ratio.median <= goal.at_most else 'missed'
            either = ratio.low is not None and ratio.low <= goal.at_most < ratio.high
            return f'{word}?' if either else word
    return 'not measured'
