import torch
import torch.nn.functional as F
from torch import nn

from mmseg_scr.acceleration.dataflow import CONVOLUTION, observe, owners


def test_every_reader_of_a_tensor_is_seen_also_views_and_changes_in_place():
    x = torch.zeros(1, 2, 3, 3)

    def run():
        y = x + 1
        y[:, :1].relu_()
        return y.add_(1), y

    flow, (result, y) = observe(run)
    assert result is y
    assert [call.function.__name__ for call in flow.readers(y)] == ['__getitem__', 'add_']
    assert len(flow.readers(x)) == 1


def test_asking_for_a_shape_is_no_reading():
    x = torch.zeros(1, 2, 3, 3)
    flow, _ = observe(lambda: (x.shape, x.size(0), x.dtype, x.dim()))
    assert flow.readers(x) == []


def test_reading_twice_in_one_call_counts_twice():
    x = torch.zeros(3)
    flow, _ = observe(lambda: x * x)
    assert len(flow.readers(x)) == 2


def test_a_convolution_is_seen_with_its_arguments_by_name():
    conv = nn.Conv2d(2, 2, 3, padding=1)
    flow, _ = observe(lambda: conv(torch.zeros(1, 2, 3, 3)))
    (call,) = flow.convolutions()
    given = call.named(CONVOLUTION)
    assert given['weight'] is conv.weight
    assert given['bias'] is conv.bias
    assert given['padding'] == (1, 1)
    assert call.function is F.conv2d


def test_shared_weights_have_two_owners():
    first, second = nn.Conv2d(1, 1, 1), nn.Conv2d(1, 1, 1)
    second.weight = first.weight
    found = owners(nn.Sequential(first, second))
    assert [owner for owner, _ in found[id(first.weight)]] == [first, second]
    assert found[id(second.bias)] == [(second, 'bias')]
