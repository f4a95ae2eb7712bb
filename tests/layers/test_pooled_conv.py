import copy

import pytest
import torch
from builders.fill import fill_parameters
from mmcv.cnn import ConvModule

from mmseg_scr.layers import PooledConvModule

BN = dict(type='BN')
OPTIONS = [
    dict(kernel_size=1, norm_cfg=BN),
    dict(kernel_size=3, padding=1, norm_cfg=BN),
    dict(kernel_size=3, padding=1, norm_cfg=dict(type='SyncBN'), act_cfg=dict(type='LeakyReLU')),
    dict(kernel_size=1, norm_cfg=BN, act_cfg=None),
]


def _twins(options):
    ours = fill_parameters(PooledConvModule(4, 6, **options))
    theirs = ConvModule(4, 6, **options)
    theirs.load_state_dict(ours.state_dict())
    return ours, theirs


@pytest.mark.parametrize('options', OPTIONS)
def test_one_pixel_trains_with_the_running_statistics(options):
    ours, theirs = _twins(options)
    before = copy.deepcopy(ours.state_dict())
    x = torch.randn(1, 4, 1, 1)
    torch.testing.assert_close(ours.train()(x), theirs.eval()(x))
    assert all(torch.equal(before[key], value) for key, value in ours.state_dict().items())


@pytest.mark.parametrize('options', [OPTIONS[1], dict(kernel_size=1, norm_cfg=None)])
@pytest.mark.parametrize('training', [False, True])
@pytest.mark.parametrize('shape', [(2, 4, 1, 1), (1, 4, 3, 2)])
def test_is_conv_module_in_every_other_case(options, training, shape):
    ours, theirs = (module.train(training) for module in _twins(options))
    x = torch.randn(shape)
    assert torch.equal(ours(x), theirs(x))
    twins = zip(ours.state_dict().values(), theirs.state_dict().values(), strict=True)
    assert all(torch.equal(a, b) for a, b in twins)


def test_one_pixel_without_normalisation_is_the_convolution():
    ours, theirs = _twins(dict(kernel_size=1, norm_cfg=None))
    x = torch.randn(1, 4, 1, 1)
    assert torch.equal(ours.train()(x), theirs(x))
