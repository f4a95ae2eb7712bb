import random

import numpy as np
import pytest
import torch
from torch import nn

from mmseg_scr.probes import undisturbed


def draw():
    return random.random(), np.random.rand(), torch.rand(1).item()


def test_the_random_state_is_as_before():
    model = nn.Linear(1, 1)
    random.seed(0), np.random.seed(0), torch.manual_seed(0)
    expected = draw()
    random.seed(0), np.random.seed(0), torch.manual_seed(0)
    with undisturbed(model):
        draw()
    assert draw() == expected


def test_modes_of_single_modules_are_as_before():
    model = nn.Sequential(nn.BatchNorm2d(2), nn.Dropout(), nn.BatchNorm2d(2)).train()
    model[2].eval()
    with undisturbed(model):
        assert not any(module.training for module in model.modules())
        assert not torch.is_grad_enabled()
    assert [module.training for module in model] == [True, True, False]
    assert torch.is_grad_enabled()


def test_train_is_not_called():
    class Stubborn(nn.Linear):
        def train(self, mode=True):
            raise AssertionError

    with undisturbed(Stubborn(1, 1)):
        pass


def test_buffers_that_were_written_to_have_their_values_back():
    model = nn.BatchNorm2d(2)
    buffer = model.running_mean
    with undisturbed(model):
        model.running_mean.add_(1)
    assert model.running_mean is buffer
    assert model.running_mean.tolist() == [0.0, 0.0]


def test_all_of_it_also_after_an_error():
    model = nn.BatchNorm2d(2).train()
    state = torch.get_rng_state()
    with pytest.raises(ValueError, match='Expected more than 1 value'):
        fail_inside(model)
    assert model.training
    assert torch.equal(torch.get_rng_state(), state)


def fail_inside(model):
    with undisturbed(model):
        torch.rand(1)
        nn.BatchNorm2d(2)(torch.ones(1, 2, 1, 1))
