import pytest
import torch
from torch import nn

from mmseg_scr.classifier_slot import ClassifierSlot, recorded_calls


def test_calls_are_recorded_in_order_and_only_inside():
    module = nn.ReLU()
    module(torch.zeros(1))
    with recorded_calls(module) as calls:
        module(torch.tensor([-1.0]))
        module(torch.tensor([2.0]))
    module(torch.zeros(1))
    assert [(float(given[0]), float(result)) for given, result in calls] == [(-1, 0), (2, 2)]


def test_recording_ends_when_the_body_fails():
    module = nn.ReLU()
    with pytest.raises(ZeroDivisionError), recorded_calls(module) as calls:
        raise ZeroDivisionError
    module(torch.zeros(1))
    assert calls == []


@pytest.mark.parametrize('count', [0, 2])
def test_a_head_that_does_not_classify_one_map_is_refused(count):
    calls = [((), torch.zeros(1))] * count
    with pytest.raises(TypeError, match=f'ClassifierSlot classified {count} maps in one forward'):
        ClassifierSlot().only_call(calls)
