import time
from types import SimpleNamespace

import pytest
import torch

from mmseg_scr.speed.clocks import stopwatch_of


def test_waiting_does_not_count_with_one_thread():
    stopwatch = stopwatch_of('cpu', threads=1)
    assert stopwatch.kind == 'processor time of one thread'
    assert stopwatch.seconds(lambda: time.sleep(0.1)) < 0.05


def test_waiting_counts_with_several_threads_and_the_kind_says_so():
    stopwatch = stopwatch_of('cpu', threads=2)
    assert stopwatch.kind == 'wall clock, 2 threads'
    assert stopwatch.seconds(lambda: time.sleep(0.1)) >= 0.1


def test_gpu_is_timed_by_its_events_and_not_by_the_host(monkeypatch):
    moments = iter([3.0, 7.5])

    class Event:
        def __init__(self, enable_timing):
            assert enable_timing

        def record(self):
            self.moment = next(moments)

        def synchronize(self):
            pass

        def elapsed_time(self, end):
            return end.moment - self.moment

    monkeypatch.setattr(torch.cuda, 'Event', Event)
    monkeypatch.setattr(torch.cuda, 'synchronize', lambda: None)
    assert stopwatch_of('cuda:0').seconds(lambda: None) == pytest.approx(4.5e-3)


def test_other_devices_are_waited_for_before_and_after(monkeypatch):
    order = []
    device = SimpleNamespace(synchronize=lambda: order.append('wait'))
    monkeypatch.setattr(torch, 'get_device_module', lambda name: device)
    stopwatch = stopwatch_of('mps')
    stopwatch.seconds(lambda: order.append('run'))
    assert stopwatch.kind == 'wall clock, mps'
    assert order == ['wait', 'run', 'wait']
