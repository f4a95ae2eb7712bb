import copy

import pytest
import torch
from builders.fill import fill_parameters
from mmcv.cnn import build_norm_layer
from torch import nn

from mmseg_scr.layers import normalize_pooled

BATCH_NORMS = [dict(type='BN'), dict(type='SyncBN')]


def _one_value():
    return torch.tensor([2.0, -1.0, 0.5, 3.0]).reshape(1, 4, 1, 1)


def _norm(cfg):
    return fill_parameters(build_norm_layer(cfg, 4)[1])


def _state(norm):
    return {name: value.clone() for name, value in norm.state_dict().items()}


def _equal(first, second):
    return first.keys() == second.keys() and all(torch.equal(first[k], second[k]) for k in first)


@pytest.mark.parametrize('cfg', [*BATCH_NORMS, dict(type='BN', eps=1e-3)])
def test_one_value_a_channel_is_normalised_as_in_evaluation(cfg):
    norm = _norm(cfg)
    expected = copy.deepcopy(norm).eval()(_one_value())
    before = _state(norm)
    torch.testing.assert_close(normalize_pooled(norm, _one_value()), expected)
    assert _equal(_state(norm), before)
    assert norm.training


def test_weight_bias_and_input_learn_from_one_value():
    norm, x = _norm(dict(type='BN')), _one_value().requires_grad_()
    normalize_pooled(norm, x).square().sum().backward()
    assert all(value.grad.all() for value in (x, norm.weight, norm.bias))


@pytest.mark.parametrize('cfg', BATCH_NORMS)
@pytest.mark.parametrize('shape', [(2, 4, 1, 1), (1, 4, 1, 2)])
def test_two_values_are_the_plain_norm_and_update_running_statistics(cfg, shape):
    norm, x = _norm(cfg), torch.randn(shape)
    plain = copy.deepcopy(norm)
    before = _state(norm)
    torch.testing.assert_close(normalize_pooled(norm, x), plain(x))
    assert _equal(_state(norm), _state(plain))
    assert not torch.equal(norm.running_mean, before['running_mean'])


@pytest.mark.parametrize('norm', [nn.GroupNorm(2, 4), nn.LayerNorm([4, 1, 1]), nn.Identity()])
def test_norms_without_batch_statistics_pass_through(norm, device):
    norm = norm.to(device)
    assert torch.equal(normalize_pooled(norm, _one_value()), norm(_one_value()))


@pytest.mark.parametrize('cfg', [*BATCH_NORMS, dict(type='GN', num_groups=2)])
def test_evaluation_calls_the_norm_itself(cfg):
    norm = _norm(cfg).eval()
    calls = []
    norm.register_forward_hook(lambda *_: calls.append(1))
    assert torch.equal(normalize_pooled(norm, _one_value()), norm(_one_value()))
    assert len(calls) == 2


def test_norm_without_weight_and_bias_normalises_one_value():
    norm = fill_parameters(nn.BatchNorm2d(4, affine=False))
    expected = copy.deepcopy(norm).eval()(_one_value())
    torch.testing.assert_close(normalize_pooled(norm, _one_value()), expected)


def test_norm_without_running_statistics_says_what_it_lacks():
    norm = nn.BatchNorm2d(4, track_running_stats=False)
    with pytest.raises(ValueError, match='more than 1 value per channel'):
        normalize_pooled(norm, _one_value())


@pytest.mark.parametrize(('processes', 'calls_the_norm'), [(1, False), (2, True)])
def test_synchronised_statistics_are_of_all_processes_of_the_group(
    monkeypatch, processes, calls_the_norm
):
    norm = _norm(dict(type='SyncBN'))
    norm.process_group = group = object()
    monkeypatch.setattr(torch.distributed, 'is_initialized', lambda: True)
    monkeypatch.setattr(
        torch.distributed, 'get_world_size', lambda asked: processes if asked is group else 8
    )
    calls = []
    monkeypatch.setattr(norm, 'forward', lambda x: calls.append(1) or x)
    normalize_pooled(norm, _one_value())
    assert bool(calls) is calls_the_norm
