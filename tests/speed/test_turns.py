import itertools

import pytest

from mmseg_scr.speed.turns import Limit, ratios_to, take_turns


def count(run):
    run()
    return 0.0


def test_runs_take_turns_and_the_first_rounds_do_not_count():
    order = []
    runs = {name: lambda name=name: order.append(name) for name in 'ab'}
    times = take_turns(runs, Limit(rounds=3), seconds=count)
    assert ''.join(order) == 'abbaabbaab'
    assert [len(times[name]) for name in 'ab'] == [3, 3]


def test_time_of_a_run_is_what_the_stopwatch_says():
    ticks = itertools.count()
    times = take_turns({'a': None}, Limit(rounds=2), seconds=lambda run: float(next(ticks)))
    assert times == {'a': [2.0, 3.0]}


@pytest.mark.parametrize(('seconds', 'rounds'), [(4.5, 3), (2.5, 2), (100.0, 6)])
def test_time_ends_the_rounds_but_for_the_least_of_them(seconds, rounds):
    now = itertools.count()  # a second a round
    limit = Limit(rounds=6, seconds=seconds, least=2)
    times = take_turns({'a': None}, limit, seconds=lambda run: 1.0, now=lambda: next(now))
    assert len(times['a']) == rounds


def test_one_round_warms_up_where_it_takes_all_the_time():
    ticks, now = itertools.count(), itertools.count(step=10)  # ten seconds a round
    limit = Limit(rounds=6, seconds=5.0, least=2)
    times = take_turns({'a': None}, limit, seconds=lambda run: next(ticks), now=lambda: next(now))
    assert times == {'a': [1, 2]}


def test_ratio_is_the_median_over_the_rounds():
    ratios = ratios_to('a', {'b': [1.0, 6.0, 8.0], 'a': [1.0, 2.0, 4.0]})
    assert (ratios['a'].median, ratios['b'].median) == (1.0, 2.0)


@pytest.mark.parametrize('limit', [dict(rounds=0), dict(least=0)])
def test_no_round_is_an_error(limit):
    with pytest.raises(ValueError, match='rounds must be at least 1, got 0'):
        Limit(**limit)
