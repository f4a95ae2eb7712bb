import time

import pytest
import torch
from builders.heads import build_segmentor

from mmseg_scr.speed.turns import Speed, compare_speed, format_speed, take_turns


def test_runs_take_turns_and_the_first_rounds_do_not_count():
    order = []
    runs = {name: lambda name=name: order.append(name) for name in 'ab'}
    times = take_turns(runs, rounds=3, clock=lambda: 0.0)
    assert ''.join(order) == 'abbaabbaab'
    assert [len(times[name]) for name in 'ab'] == [3, 3]


def test_time_of_a_run_is_what_the_clock_says():
    ticks = iter(range(100))
    times = take_turns({'a': lambda: next(ticks)}, 2, clock=lambda: float(next(ticks)))
    assert times == {'a': [2.0, 2.0]}


def test_waiting_does_not_count_on_a_cpu():
    (speed,) = compare_speed({'x': Sleeper()}, (8, 8), rounds=1)
    assert speed.milliseconds < 50


class Sleeper(torch.nn.Module):
    def forward(self, images, mode):
        time.sleep(0.1)


def test_ratio_is_the_median_over_the_rounds(monkeypatch):
    models = {'a': build_segmentor(), 'b': build_segmentor()}
    seconds = {'a': [1.0, 2.0, 4.0], 'b': [1.0, 6.0, 8.0]}
    monkeypatch.setattr('mmseg_scr.speed.turns.take_turns', lambda *_, **__: seconds)
    assert compare_speed(models, (64, 64), rounds=3) == [
        Speed('a', 2000.0, 1.0),
        Speed('b', 6000.0, 2.0),
    ]


@pytest.mark.parametrize('training', [False, True])
def test_segmentors_run_in_either_mode(training):
    network = build_segmentor()
    speeds = compare_speed({'x': network}, (64, 96), rounds=1, batch=2, training=training)
    assert speeds[0].milliseconds > 0
    assert speeds[0].ratio == 1
    assert network.training is training
    has_gradients = any(p.grad is not None for p in network.parameters())
    assert has_gradients is training


def test_table_has_a_row_a_model():
    assert format_speed([Speed('x', 12.34, 1.0456)]).splitlines()[-1] == '| x | 12.3 | 1.046 |'


def test_no_round_is_an_error():
    with pytest.raises(ValueError, match='rounds must be at least 1, got 0'):
        compare_speed({'x': torch.nn.Identity()}, (64, 64), rounds=0)
