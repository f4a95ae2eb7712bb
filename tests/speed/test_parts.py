import itertools

import pytest
import torch
from torch import nn

from mmseg_scr.speed.parts import time_parts


class Head(nn.Module):
    def __init__(self):
        super().__init__()
        self.laterals = nn.ModuleList([nn.Conv2d(2, 2, 1), nn.Conv2d(2, 2, 1)])
        self.aligners = nn.ModuleList([nn.Upsample(scale_factor=2)])
        self.conv_seg = nn.Conv2d(2, 3, 1)

    def forward(self, x):
        x = self.laterals[0](x) + self.laterals[1](x)
        return self.conv_seg(self.aligners[0](x))


class Segmentor(nn.Module):
    def __init__(self):
        super().__init__()
        self.backbone = nn.Conv2d(3, 2, 8, stride=8)
        self.decode_head = Head()

    def forward(self, images):
        return self.decode_head(self.backbone(images))


@pytest.fixture
def model():
    return Segmentor()


def measure(model, **options):
    ticks = itertools.count()
    images = torch.zeros(1, 3, 16, 32)
    clock = lambda: float(next(ticks))  # noqa: E731
    return time_parts(model, lambda: model(images), input_width=32, clock=clock, **options)


def test_every_part_has_the_time_between_its_ends_and_the_rest_what_is_left(model):
    # A part is two readings of the clock, and so one tick; ten others lie between the ends.
    assert measure(model) == {
        'backbone': 1.0,
        'laterals': 2.0,
        'aligner to stride 4': 1.0,
        'classifier': 1.0,
        'rest': 11.0 - 5.0,
    }


def test_hooks_are_gone_afterwards(model):
    measure(model, rounds=1)
    assert not any(m._forward_hooks or m._forward_pre_hooks for m in model.modules())
