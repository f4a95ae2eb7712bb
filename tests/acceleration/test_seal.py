import pytest
import torch
from mmengine.runner.checkpoint import load_state_dict
from torch import nn

from mmseg_scr.acceleration.seal import Weights, seal


@pytest.fixture
def model():
    return nn.Sequential(nn.Conv2d(2, 2, 1), nn.BatchNorm2d(2)).eval()


@pytest.mark.parametrize(
    'change',
    [
        lambda m: m[0].weight.add_(1),
        lambda m: m[0].bias.zero_(),
        lambda m: m[1].running_mean.fill_(1),
        lambda m: setattr(m[0].weight, 'data', m[0].weight + 1),
        lambda m: m.double(),
        lambda m: m.load_state_dict(m.state_dict()),
    ],
)
def test_changed_weights_are_seen(model, change):
    weights = Weights(model)
    assert not weights.have_changed
    with torch.no_grad():
        change(model)
    assert weights.have_changed


def test_reading_is_no_change(model):
    weights = Weights(model)
    model(torch.zeros(1, 2, 3, 3))
    model.eval()
    assert not weights.have_changed


@pytest.mark.parametrize('load', [nn.Module.load_state_dict, load_state_dict])
@pytest.mark.parametrize('part', [lambda m: m, lambda m: m[1]])
def test_a_sealed_model_loads_nothing(model, load, part):
    seal(model)
    with pytest.raises(RuntimeError, match=r'takes no other weights; call optimize\(\) again'):
        load(part(model), part(model).state_dict())


def test_a_sealed_model_evaluates_and_does_not_train(model):
    seal(model)
    assert model.eval() is model
    assert model.train(False) is model
    with pytest.raises(RuntimeError, match='an optimized Sequential cannot be trained'):
        model.train()
    assert not model.training
