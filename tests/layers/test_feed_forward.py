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


def test_is_the_identity_at_the_start_of_training():
    x = torch.randn(2, 6, 3, 5)
    assert torch.equal(ConvFeedForward(6, 4)(x), x)


def test_every_parameter_learns_from_the_second_step():
    block = ConvFeedForward(6, 4)
    optimizer = torch.optim.SGD(block.parameters(), lr=0.1)
    for _ in range(2):
        optimizer.zero_grad()
        block(torch.randn(2, 6, 4, 4)).square().mean().backward()
        optimizer.step()
    silent = [name for name, p in block.named_parameters() if not p.grad.any()]
    assert silent == []


def test_parameter_count_at_the_published_widths():
    count = sum(p.numel() for p in ConvFeedForward(1024, 128).parameters())
    assert count == (1024 * 128 + 128) + (9 * 128 + 128) + (128 * 1024 + 1024)
