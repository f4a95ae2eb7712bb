import copy

import pytest
import torch
import torch.nn.functional as F
from builders.fill import fill_parameters
from builders.segmentors import tiny_segmentor
from builders.tiny_models import HEADS
from mmcv.cnn import ConvModule, fuse_conv_bn
from mmcv.cnn.bricks.conv import build_conv_layer
from torch import nn

from mmseg_scr.acceleration.fold import fold_normalizations
from mmseg_scr.acceleration.likeness import logits
from mmseg_scr.acceleration.mscan import fold_mscan_blocks
from mmseg_scr.layers import ConcatConvModule

EXACT = 1e-10
IMAGES = torch.randn(2, 4, 9, 7, dtype=torch.float64, generator=torch.Generator().manual_seed(0))


def normalizations(model):
    return sum(isinstance(m, nn.modules.batchnorm._BatchNorm) for m in model.modules())


def folded(model):
    """The model, filled, before and after, and how many normalisations went."""
    model = fill_parameters(model.double()).eval()
    changed = copy.deepcopy(model)
    count = fold_normalizations(changed, lambda: changed(IMAGES))
    return model, changed, count


def assert_exact(model, changed):
    with torch.no_grad():
        torch.testing.assert_close(changed(IMAGES), model(IMAGES), rtol=EXACT, atol=EXACT)


@pytest.mark.parametrize(
    'network',
    [
        nn.Sequential(nn.Conv2d(4, 6, 3, padding=1), nn.BatchNorm2d(6), nn.ReLU(inplace=True)),
        nn.Sequential(nn.Conv2d(4, 6, 3, groups=2, bias=False), nn.BatchNorm2d(6)),
        nn.Sequential(nn.BatchNorm2d(4), nn.Conv2d(4, 6, 3)),
        nn.Sequential(nn.BatchNorm2d(4), nn.Conv2d(4, 6, 1, groups=2, bias=False)),
        nn.Sequential(nn.BatchNorm2d(4, affine=False), nn.Conv2d(4, 6, 1)),
        nn.Sequential(nn.Conv2d(4, 4, 3), nn.SyncBatchNorm(4)),
        ConvModule(4, 6, 3, padding=1, norm_cfg=dict(type='BN')),
    ],
    ids=str,
)
def test_a_normalisation_beside_a_convolution_is_folded_exactly(network):
    model, changed, count = folded(network)
    assert (count, normalizations(changed)) == (1, 0)
    assert_exact(model, changed)


def test_both_neighbours_of_one_convolution_are_folded():
    network = nn.Sequential(nn.BatchNorm2d(4), nn.Conv2d(4, 6, 1), nn.BatchNorm2d(6))
    model, changed, count = folded(network)
    assert count == 2
    assert_exact(model, changed)


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(4, 4, 1)
        self.norm = nn.BatchNorm2d(4)
        self.other = nn.Conv2d(4, 4, 1)


class ReadTwice(Network):
    def forward(self, x):
        y = self.conv(x)
        return self.norm(y) + y


class CalledTwice(Network):
    def forward(self, x):
        return self.norm(self.conv(x)) + self.conv(x.flip(2))


class NormCalledTwice(Network):
    def forward(self, x):
        return self.norm(self.conv(x)) + self.norm(self.other(x))


class WeightReadElsewhere(Network):
    def forward(self, x):
        return self.norm(self.conv(x)) + self.conv.weight.mean()


class ChangedBetween(Network):
    def forward(self, x):
        return self.norm(F.relu(self.conv(x), inplace=True))


class Returned(Network):
    def forward(self, x):
        y = self.conv(x)
        return torch.stack([self.norm(y), y])


class NormReadTwice(Network):
    def forward(self, x):
        y = self.norm(x)
        return y + self.conv(y)


class Standardized(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = build_conv_layer(dict(type='ConvAWS'), 4, 4, 1)
        self.norm = nn.BatchNorm2d(4)

    def forward(self, x):
        return self.norm(self.conv(x))


@pytest.mark.parametrize(
    'kind',
    [
        ReadTwice,
        CalledTwice,
        NormCalledTwice,
        WeightReadElsewhere,
        ChangedBetween,
        Returned,
        NormReadTwice,
        Standardized,
    ],
)
def test_nothing_is_folded_where_it_would_change_something_else(kind):
    model, changed, count = folded(kind())
    assert (count, normalizations(changed)) == (0, 1)
    assert_exact(model, changed)


@pytest.mark.parametrize('padding', [1, 'same'])
def test_a_normalisation_before_a_padded_convolution_stays(padding):
    model, changed, count = folded(
        nn.Sequential(nn.BatchNorm2d(4), nn.Conv2d(4, 4, 3, padding=padding))
    )
    assert count == 0
    assert_exact(model, changed)


class OutOfOrder(nn.Module):
    """Registered in another order than called, by which mmcv's fusion goes wrong."""

    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(4, 4, 1)
        self.second = nn.Conv2d(4, 4, 1)
        self.norm_of_first = nn.BatchNorm2d(4)
        self.norm_of_second = nn.BatchNorm2d(4)

    def forward(self, x):
        x = F.relu(self.norm_of_first(self.first(x)))
        return self.norm_of_second(self.second(x))


def test_pairs_are_found_by_what_is_computed_not_by_the_order_of_names():
    model, changed, count = folded(OutOfOrder())
    assert count == 2
    assert_exact(model, changed)
    by_name = fuse_conv_bn(copy.deepcopy(model))
    assert (by_name(IMAGES) - model(IMAGES)).abs().max() > 0.1


class OfTwoMaps(nn.Module):
    """A convolution of two maps, as often as there are ``calls``."""

    def __init__(self, kernel_size, calls=1):
        super().__init__()
        self.layer = ConcatConvModule([4, 4], 6, kernel_size, norm_cfg=dict(type='BN'))
        self.calls = calls

    def forward(self, x):
        y = F.avg_pool2d(x, 2)
        return sum(self.layer([x + k, y], x.shape[2:]) for k in range(self.calls))


@pytest.mark.parametrize('kernel_size', [1, 3])
def test_the_normalisation_of_a_sum_of_convolutions_is_folded_exactly(kernel_size):
    model, changed, count = folded(OfTwoMaps(kernel_size))
    assert (count, normalizations(changed)) == (1, 0)
    assert_exact(model, changed)


class SharedConvolution(OfTwoMaps):
    def __init__(self):
        super().__init__(1)
        self.other = copy.deepcopy(self.layer)
        self.other.conv = self.layer.conv

    def forward(self, x):
        return super().forward(x) + self.other([x, x], x.shape[2:])


@pytest.mark.parametrize('network', [OfTwoMaps(1, calls=2), SharedConvolution()])
def test_the_normalisation_of_a_sum_stays_if_its_convolution_serves_others(network):
    model, changed, count = folded(network)
    assert count == 0
    assert_exact(model, changed)


def test_what_hooks_watch_is_left_alone():
    model = fill_parameters(nn.Sequential(nn.Conv2d(4, 4, 1), nn.BatchNorm2d(4)).double()).eval()
    model[0].register_forward_hook(lambda *_: None)
    assert fold_normalizations(model, lambda: model(IMAGES)) == 0


@pytest.mark.parametrize('head', HEADS)
def test_whole_networks_stay_exact_in_float64(head, double_precision):
    model = tiny_segmentor(head).double()
    changed = copy.deepcopy(model)
    images = torch.randn(1, 3, 64, 96, dtype=torch.float64)
    count = fold_mscan_blocks(changed)
    assert count == 8
    count += fold_normalizations(changed, lambda: logits(changed, images))
    assert count > 8
    expected = logits(model, images)
    difference = (logits(changed, images) - expected).abs().max() / expected.abs().max()
    assert difference < EXACT
