import copy

import pytest
import torch
from builders.segmentors import plain_segmentor, tiny_segmentor
from torch import nn

from mmseg_scr.acceleration import steps
from mmseg_scr.acceleration.part import install_parts
from mmseg_scr.acceleration.pools import FreeAveragePool2d
from mmseg_scr.acceleration.trials import Trials


def trials_of(model):
    return Trials(model, copy.deepcopy(model), [torch.randn(1, 3, 64, 64)], [])


def test_folding_counts_what_it_took_away(faster):
    trials = trials_of(plain_segmentor())
    steps.fold(trials)
    (step,) = trials.steps
    assert (step.taken, step.reason) == (True, '2 normalisations are in convolutions')
    assert trials.likeness().is_equal


def test_nothing_to_fold_is_said_and_the_model_stays():
    model = plain_segmentor()
    model.backbone.norm = nn.Identity()
    trials = trials_of(model)
    trials.model.decode_head.convs[0].bn = nn.Identity()
    before = trials.model
    steps.fold(trials)
    assert trials.steps[0].reason == 'no normalisation stands alone beside a convolution'
    assert trials.model is before


@pytest.mark.parametrize(('ratio', 'taken'), [(0.9, True), (0.99, False)])
def test_hidden_maps_are_made_in_parts_where_that_is_faster(monkeypatch, ratio, taken):
    monkeypatch.setattr('mmseg_scr.acceleration.split.SMALLEST', 1)
    monkeypatch.setattr('mmseg_scr.acceleration.split.NARROWEST', 8)
    trials = trials_of(tiny_segmentor('SCRHead'))
    monkeypatch.setattr(trials, 'ratio_to', lambda _: ratio)
    before = trials.model
    steps.split(trials)
    (step,) = trials.steps
    assert (step.name, step.taken, step.ratio) == ('split', taken, ratio)
    assert (trials.model is before) != taken
    assert trials.likeness().is_equal


def test_of_a_network_without_large_hidden_maps_nothing_is_said():
    trials = trials_of(tiny_segmentor('SCRHead'))
    steps.split(trials)
    assert trials.steps == []


def test_where_all_is_compiled_no_layout_is_tried(faster):
    trials = trials_of(plain_segmentor())
    parts = install_parts(trials.model, trials.device)
    steps.compile_parts(trials, parts, 'eager')
    steps.choose_memory_format(trials, parts)
    assert [(step.name, step.taken) for step in trials.steps] == [
        ('compile backbone', True),
        ('compile decode_head', True),
        ('channels_last', False),
    ]


@pytest.mark.parametrize(('ratio', 'kept'), [(0.5, FreeAveragePool2d), (1.5, nn.AdaptiveAvgPool2d)])
def test_a_part_that_stays_eager_keeps_its_own_pools(monkeypatch, ratio, kept):
    model = plain_segmentor()
    model.decode_head.dropout = nn.AdaptiveAvgPool2d((3, 2))
    trials = trials_of(model)
    monkeypatch.setattr(trials, 'ratio_of_part', lambda *_: ratio)
    parts = install_parts(trials.model, trials.device)
    steps.compile_parts(trials, parts, 'eager')
    assert type(trials.model.decode_head.dropout) is kept


@pytest.mark.parametrize(('ratio', 'taken'), [(0.9, True), (0.99, False)])
def test_memory_that_gains_little_is_returned(monkeypatch, ratio, taken):
    trials, state = trials_of(plain_segmentor()), []
    monkeypatch.setattr(steps, 'can_keep_memory', lambda: True)
    monkeypatch.setattr(steps, 'return_memory', lambda: state.append('returned'))
    monkeypatch.setattr(trials, 'ratio_with_memory', lambda: ratio)
    assert steps.keep_freed_memory(trials) == (ratio if taken else 1.0)
    assert trials.steps[0].taken == taken
    assert state == ([] if taken else ['returned'])
