import torch
from builders.fill import fill_parameters
from reference.crm import depthwise, pointwise

from mmseg_scr.layers import ConvFeedForward


def test_equals_the_three_convolutions_in_loops():
    block = fill_parameters(ConvFeedForward(6, 4)).double()
    x = torch.randn(2, 6, 3, 5, dtype=torch.float64)
    expand, mix, _, project = block.layers
    hidden = depthwise(pointwise(x, expand.weight, expand.bias), mix.weight, mix.bias)
    expected = x + pointwise(hidden.clamp(min=0), project.weight, project.bias)
    torch.testing.assert_close(block(x), expected)


def test_hidden_maps_may_be_one_pixel():
    assert ConvFeedForward(6, 4)(torch.randn(1, 6, 1, 1)).shape == (1, 6, 1, 1)


def test_every_parameter_gets_a_gradient():
    block = ConvFeedForward(6, 4)
    block(torch.randn(2, 6, 4, 4)).square().sum().backward()
    silent = [name for name, p in block.named_parameters() if not p.grad.any()]
    assert silent == []


def test_parameter_count_at_the_published_widths():
    count = sum(p.numel() for p in ConvFeedForward(1024, 128).parameters())
    assert count == (1024 * 128 + 128) + (9 * 128 + 128) + (128 * 1024 + 1024)
