import pytest
from builders.outcomes import outcome

from mmseg_scr.benchmarks import Goal
from mmseg_scr.benchmarks.goals import judge

GOAL = Goal('b', 'time', 1.05)


@pytest.mark.parametrize(
    ('ratio', 'word'),
    [
        ((1.02, 0.99, 1.04), 'met'),
        ((1.05,), 'met'),
        ((1.02, 0.99, 1.08), 'met?'),
        ((1.07, 1.04, 1.08), 'missed?'),
        ((1.07, 1.06, 1.08), 'missed'),
    ],
)
def test_median_decides_and_the_interval_may_doubt(ratio, word):
    assert judge(GOAL, outcome(ratio)) == word


@pytest.mark.parametrize('goal', [Goal('b', 'peak memory', 1.0), Goal('c', 'time', 1.0)])
def test_what_was_not_measured_is_neither_met_nor_missed(goal):
    assert judge(goal, outcome()) == 'not measured'
