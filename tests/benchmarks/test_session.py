import itertools

import pytest
from builders.outcomes import comparison

from mmseg_scr.benchmarks import Budget, Outcome, run_comparisons, session


@pytest.fixture
def limits(monkeypatch):
    """The limit of every comparison that was measured."""
    seen = []

    def measure(comparison, *, device, limit):
        seen.append(limit)
        if comparison.title == 'broken':
            raise RuntimeError('no memory\nmore words')
        return Outcome(comparison)

    monkeypatch.setattr(session, 'measure', measure)
    return seen


def run(comparisons, budget, step=10.0):
    now = itertools.count(0.0, step)  # seconds between two looks at the clock
    return list(run_comparisons(comparisons, budget=budget, now=lambda: next(now)))


def test_time_that_is_left_is_shared(limits):
    run([comparison()] * 3, Budget(rounds=8, seconds=100.0))
    assert [limit.seconds for limit in limits] == [90 / 3, 80 / 2, 70 / 1]
    assert {limit.rounds for limit in limits} == {8}


def test_what_cannot_be_made_in_the_time_is_not_begun_and_says_so(limits):
    outcomes = run([comparison()] * 3, Budget(seconds=15.0))
    assert len(limits) == 1
    assert [o.note for o in outcomes] == ['', *['not measured: no time was left'] * 2]


def test_compiled_forms_need_more_time_to_be_made(limits):
    from mmseg_scr.benchmarks import Options, override

    compiled = override(comparison(), Options(form='optimized'))
    outcomes = run([compiled, comparison()], Budget(seconds=100.0))
    assert [bool(o.note) for o in outcomes] == [True, False]


def test_one_that_breaks_off_does_not_end_the_others(limits):
    broken = comparison().__class__('broken', comparison().subjects, (8, 8))
    first, second = run([broken, comparison()], Budget())
    assert first.note == 'not measured: no memory'
    assert second.note == ''


def test_fewer_rounds_than_the_least_are_what_was_asked_for(limits):
    run([comparison()], Budget(rounds=1))
    assert (limits[0].rounds, limits[0].least) == (1, 1)
