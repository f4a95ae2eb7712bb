import pytest
import torch

from mmseg_scr.acceleration import trial
from mmseg_scr.speed.clocks import Stopwatch


def test_runs_take_turns_and_the_ratio_is_that_of_a_round(monkeypatch):
    now, order = [0.0], []
    speed = iter([1, 1, 1, 1, 2, 2, 1, 1, 8, 8, 1, 1, 1, 1])  # the machine slows down in a round

    def call(name, seconds):
        order.append(name)
        now[0] += seconds * next(speed)

    def seconds(run):
        start = now[0]
        run()
        return now[0] - start

    monkeypatch.setattr(trial, '_stopwatch', lambda device: Stopwatch('made', seconds))
    times = trial.take_turns(
        lambda: call('a', 2.0), lambda: call('b', 1.0), device=torch.device('cpu'), rounds=5
    )
    assert order[:6] == ['a', 'b', 'b', 'a', 'a', 'b']
    assert times.ratio == 0.5
    assert times.first == pytest.approx(2000)
