import copy

import pytest
import torch
from builders.segmentors import plain_segmentor

from mmseg_scr.acceleration import trials as module
from mmseg_scr.acceleration.likeness import Likeness
from mmseg_scr.acceleration.part import install_parts
from mmseg_scr.acceleration.trial import Times
from mmseg_scr.acceleration.trials import Trials, why_unlike


@pytest.fixture
def trials():
    model = plain_segmentor()
    noise = [torch.randn(2, 3, 64, 160), torch.randn(1, 3, 64, 64)]
    return Trials(model, copy.deepcopy(model), noise, [torch.randn(1, 3, 32, 32)])


def test_small_input_is_the_corner_of_one_image(trials):
    assert trials.small_input.shape == (1, 3, 64, 128)


def test_of_a_network_of_one_size_the_small_input_is_a_whole_image(trials):
    own = trials.original.backbone.forward

    def of_one_size(x):
        assert x.shape[-1] == 160
        return own(x)

    trials.original.backbone.forward = of_one_size
    assert trials.small_input.shape == (1, 3, 64, 160)


def test_a_copy_is_like_the_model_and_a_changed_one_is_not(trials):
    assert trials.is_repeatable()
    assert trials.likeness().is_equal
    with torch.no_grad():
        trials.model.decode_head.conv_seg.bias[0] += 10
    assert not trials.likeness().is_equal
    assert not trials.likeness(on_pictures=True).agrees
    assert trials.steps == []


def test_a_model_whose_logits_are_no_numbers_is_left_alone(trials):
    with torch.no_grad():
        trials.original.decode_head.conv_seg.bias[0] = torch.nan
    broken = Trials(trials.original, trials.model, [torch.randn(1, 3, 64, 64)], [])
    assert not broken.is_repeatable()
    assert broken.steps[0].reason.endswith('are not numbers (nan or infinite)')


def test_another_model_is_timed_against_the_present_one(trials, monkeypatch):
    ran = []
    monkeypatch.setattr(module, 'logits', lambda model, _: ran.append(model))

    def in_turns(first, second, **_):
        first()
        second()
        return Times(2.0, 1.0, 0.5)

    monkeypatch.setattr(module, 'take_turns', in_turns)
    other = object()
    assert trials.ratio_to(other) == 0.5
    assert ran == [trials.model, other]


@pytest.mark.parametrize('last', ['before', 'after'])
def test_a_change_is_there_after_its_time_was_taken(trials, monkeypatch, last):
    def take_turns(first, second, **_):
        for run in (second, first) if last == 'before' else (first, second):
            run()
        return Times(2.0, 1.0, 0.5)

    monkeypatch.setattr(module, 'logits', lambda *_: None)
    monkeypatch.setattr(module, 'take_turns', take_turns)
    states = []
    assert trials.ratio(lambda: states.append('before'), lambda: states.append('after')) == 0.5
    assert states[-1] == 'after'


def test_of_a_part_only_its_own_work_is_timed(trials, monkeypatch):
    backbone, head = install_parts(trials.model, trials.device)
    calls = []

    def take_turns(first, second, **_):
        calls.extend([backbone.calls, head.calls])
        first()
        second()
        return Times(2.0, 1.0, 0.5)

    monkeypatch.setattr(module, 'take_turns', take_turns)
    states = []
    changes = lambda: states.append('before'), lambda: states.append('after')
    assert trials.ratio_of_part(head, *changes) == 0.5
    assert states == ['before', 'after', 'after']
    assert [backbone.calls, head.calls] == [calls[0], calls[1] + 2]


def test_reason_says_whether_values_or_classes_differ():
    assert why_unlike(Likeness(1e-2, 1.0)).startswith('results differ by more than 1e-04')
    assert why_unlike(Likeness(1e-6, 0.9)) == 'results differ'
