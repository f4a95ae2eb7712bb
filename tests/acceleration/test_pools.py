import torch
from builders.segmentors import tiny_segmentor
from torch import nn

from mmseg_scr.acceleration.pools import FreeAveragePool2d, free_pools, give_back


def test_pools_give_what_torch_gives():
    x = torch.randn(1, 2, 11, 7)
    model = nn.Sequential(nn.AdaptiveAvgPool2d((3, 2)))
    expected = model(x)
    assert len(free_pools(model)) == 1
    assert isinstance(model[0], FreeAveragePool2d)
    torch.testing.assert_close(model(x), expected)
    compiled = torch.compile(model, backend='eager', fullgraph=True)(x)
    torch.testing.assert_close(compiled, expected)


def test_pools_are_put_back():
    pool = nn.AdaptiveAvgPool2d(2)
    model = nn.Sequential(nn.Sequential(nn.ReLU(), pool))
    give_back(free_pools(model))
    assert model[0][1] is pool


def test_a_mean_of_all_pixels_and_open_sizes_stay():
    model = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.AdaptiveAvgPool2d((None, 2)))
    assert free_pools(model) == []


def test_the_pyramid_of_upernet_is_found():
    assert len(free_pools(tiny_segmentor('UPerHead'))) == 1  # of scales 1 and 2
