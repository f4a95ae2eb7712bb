import copy
from types import SimpleNamespace

import pytest
import torch
from mmengine.model import BaseModel
from mmengine.registry import HOOKS, init_default_scope
from torch import nn

from mmseg_scr.hooks import ChannelsLastHook


class Network(BaseModel):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(3, 8, 3, padding=1, bias=False),
            nn.BatchNorm2d(8),
            nn.ReLU(),
            nn.Conv2d(8, 4, 3),
        )

    def forward(self, inputs):
        return self.layers(inputs)


def change_layout(model):
    ChannelsLastHook().before_run(SimpleNamespace(model=model))


def train(model, optimizer, steps):
    torch.manual_seed(0)
    for _ in range(steps):
        optimizer.zero_grad()
        model(torch.rand(2, 3, 9, 7)).square().mean().backward()
        optimizer.step()


def test_what_a_network_gives_is_laid_out_channels_last():
    model, images = Network().eval(), torch.rand(2, 3, 9, 7)
    before = model(images)
    assert before.is_contiguous()
    change_layout(model)
    after = model(images)
    assert after.is_contiguous(memory_format=torch.channels_last)
    assert not after.is_contiguous()
    torch.testing.assert_close(after, before)


def test_an_optimiser_built_before_trains_the_same_parameters():
    model = Network()
    other = copy.deepcopy(model)
    optimizers = [torch.optim.AdamW(m.parameters(), lr=1e-3) for m in (model, other)]
    change_layout(model)
    weight = model.layers[0].weight.detach().clone()
    for m, optimizer in zip((model, other), optimizers, strict=True):
        train(m, optimizer, steps=3)
    assert not torch.equal(model.layers[0].weight, weight)
    torch.testing.assert_close(model.state_dict(), other.state_dict())


@pytest.mark.parametrize('changed_first', [True, False])
def test_a_run_resumes_from_a_checkpoint_of_the_other_layout(tmp_path, changed_first):
    first, second, whole = Network(), Network(), Network()
    whole.load_state_dict(first.state_dict())
    change_layout(first if changed_first else second)
    optimizers = [torch.optim.AdamW(m.parameters(), lr=1e-3) for m in (first, second, whole)]
    train(first, optimizers[0], steps=2)
    saved = dict(model=first.state_dict(), optimizer=optimizers[0].state_dict())
    torch.save(saved, tmp_path / 'saved.pth')
    saved = torch.load(tmp_path / 'saved.pth')
    second.load_state_dict(saved['model'])
    optimizers[1].load_state_dict(saved['optimizer'])
    train(second, optimizers[1], steps=2)
    for _ in range(2):
        train(whole, optimizers[2], steps=2)
    torch.testing.assert_close(second.state_dict(), whole.state_dict())
    assert second.layers[0].weight.is_contiguous() == changed_first


def test_is_registered():
    init_default_scope('mmseg')
    assert isinstance(HOOKS.build(dict(type='ChannelsLastHook')), ChannelsLastHook)
