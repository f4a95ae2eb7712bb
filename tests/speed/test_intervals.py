import random

import pytest

from mmseg_scr.speed.intervals import Interval, median_interval


@pytest.mark.parametrize(
    ('count', 'ends'),
    # Ranks of the ends in tables of the sign test: 0.9688, 0.9785, 0.9586 and 0.9511.
    [(6, (1, 6)), (10, (2, 9)), (20, (6, 15)), (25, (8, 18)), (5, (None, None))],
)
def test_ends_are_the_values_of_the_tables(count, ends):
    values = [float(i) for i in range(count, 0, -1)]
    interval = median_interval(values)
    assert (interval.low, interval.high) == ends
    assert interval.median == (count + 1) / 2


def test_median_is_inside_as_often_as_is_said():
    random.seed(0)
    trials = 3000
    hits = 0
    for _ in range(trials):
        interval = median_interval([random.expovariate(1.0) for _ in range(11)])
        hits += interval.low <= 0.6931 <= interval.high  # log 2, of a skewed distribution
    assert hits / trials == pytest.approx(0.9883, abs=0.006)  # 1 - 2 * 12 / 2048


def test_interval_is_told_in_brackets_where_there_is_one():
    assert str(Interval(1.0456, 0.99, 1.1)) == '1.046 (0.990-1.100)'
    assert str(Interval(1.0456)) == '1.046'


def test_no_values_are_an_error():
    with pytest.raises(ValueError, match='at least one value'):
        median_interval([])
