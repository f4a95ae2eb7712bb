import pytest
import torch
from builders.fill import fill_parameters
from reference.fusion import concat_and_convolve
from torch import nn
from torch.nn import functional as F

from mmseg_scr.layers import ConcatConv2d, ConcatConvModule

SIZES = [(9, 13), (5, 7), (3, 4), (1, 1)]
BN = dict(type='BN')


def _levels(widths=(3, 4, 2, 5)):
    return [
        torch.randn(2, width, *size, dtype=torch.float64)
        for width, size in zip(widths, SIZES, strict=True)
    ]


@pytest.mark.parametrize('align_corners', [False, True])
def test_levels_fused_one_by_one_equal_the_concatenation_of_upsampled_levels(align_corners):
    conv = ConcatConv2d([3, 4, 2, 5], 6, align_corners=align_corners).double()
    levels = _levels()
    expected = concat_and_convolve(levels, conv.weight, align_corners=align_corners)
    torch.testing.assert_close(conv(levels, SIZES[0]), expected)


@pytest.mark.parametrize('align_corners', [False, True])
def test_equals_a_3x3_convolution_of_the_concatenation_of_upsampled_levels(align_corners):
    conv = ConcatConv2d([3, 4, 2, 5], 6, 3, align_corners=align_corners).double()
    resize = dict(size=SIZES[0], mode='bilinear', align_corners=align_corners)
    levels = _levels()
    concatenated = torch.cat([F.interpolate(x, **resize) for x in levels], 1)
    expected = F.conv2d(concatenated, conv.weight, padding=1)
    torch.testing.assert_close(conv(levels, SIZES[0]), expected)


def test_module_normalises_the_sum_and_not_the_parts():
    module = fill_parameters(ConcatConvModule([3, 4, 2, 5], 6, norm_cfg=BN)).double().eval()
    levels = _levels()
    x = concat_and_convolve(levels, module.conv.weight)
    norm = module.norm
    expected = F.batch_norm(x, norm.running_mean, norm.running_var, norm.weight, norm.bias)
    torch.testing.assert_close(module(levels, SIZES[0]), expected.relu())


def test_parameters_are_those_of_the_plain_form():
    conv = ConcatConv2d([3, 4, 2, 5], 6)
    assert {name: tuple(p.shape) for name, p in conv.named_parameters()} == {
        'weight': (6, 14, 1, 1)
    }


@pytest.mark.parametrize('align_corners', [False, True])
@pytest.mark.parametrize('kernel_size', [1, 3])
def test_bias_that_a_fuser_gives_is_added_once(kernel_size, align_corners):
    conv = ConcatConv2d([3, 4, 2, 5], 6, kernel_size, align_corners=align_corners).double()
    levels, bias = _levels(), torch.randn(6, dtype=torch.float64)
    for order in ([0, 1, 2, 3], [3, 2, 1, 0]):  # the first map may be the finest or one pixel
        maps = [levels[i] for i in order]
        conv.widths, conv.bias = [x.shape[1] for x in maps], None
        expected = conv(maps, SIZES[0]) + bias[:, None, None]
        conv.bias = nn.Parameter(bias)
        torch.testing.assert_close(conv(maps, SIZES[0]), expected)


def test_gradients_of_maps_and_weight():
    conv = ConcatConv2d([2, 1], 2).double()
    fine, coarse = torch.randn(1, 2, 3, 4).double(), torch.randn(1, 1, 2, 2).double()
    maps = [t.requires_grad_() for t in (fine, coarse)]

    def convolve(fine, coarse, weight):
        return torch.func.functional_call(conv, {'weight': weight}, ([fine, coarse], (3, 4)))

    assert torch.autograd.gradcheck(convolve, (*maps, conv.weight))


def test_another_number_of_maps_is_refused():
    with pytest.raises(ValueError, match='zip'):
        ConcatConv2d([3, 4, 2, 5], 6).double()(_levels()[:3], SIZES[0])


def test_kernel_that_would_change_the_size_is_refused():
    with pytest.raises(ValueError, match='kernel_size of ConcatConv2d must be odd, got 2'):
        ConcatConv2d([3, 4], 5, 2)
