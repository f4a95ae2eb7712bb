import math

import pytest
import torch
from builders.counting import count_products
from builders.field import check_row, field_wave, fill_in_order
from builders.fill import fill_parameters
from builders.inputs import WIDTHS, stage_maps
from reference.convolution import convolve_by_loops
from reference.crm import pointwise, pool_to
from torch.nn import functional as F

from mmseg_scr.contexts import RCM
from mmseg_scr.contexts.rcm import CalibratedBlock, RectangularCalibration

BN = dict(type='BN')


def _count(module):
    return sum(p.numel() for p in module.parameters())


def _block(channels, *, band=11, layer_scale=1e-6):
    return CalibratedBlock(channels, band=band, layer_scale=layer_scale, norm_cfg=BN)


def _golden_block():
    block = _block(32).double().eval()
    parts = block.calibration
    layers = [block.gamma, parts.local, parts.along_rows, parts.norm, parts.along_columns]
    fill_in_order([*layers, block.norm, block.expand, block.contract])
    return block


def _finish(norm, x):
    return F.batch_norm(x, norm.running_mean, norm.running_var, norm.weight, norm.bias)


def _calibrate(part, x):
    """The attention pixel by pixel, from the means of its row and of its column."""
    crossing = torch.zeros_like(x)
    for i in range(x.shape[2]):
        for j in range(x.shape[3]):
            crossing[:, :, i, j] = sum(x[:, :, i, k] for k in range(x.shape[3])) / x.shape[3]
            crossing[:, :, i, j] += sum(x[:, :, k, j] for k in range(x.shape[2])) / x.shape[2]
    groups = x.shape[1]
    rows, columns = part.along_rows, part.along_columns
    y = convolve_by_loops(crossing, rows.weight, rows.bias, groups=groups)
    y = _finish(part.norm, y).clamp(min=0)
    y = convolve_by_loops(y, columns.weight, columns.bias, groups=groups)
    local = convolve_by_loops(x, part.local.weight, part.local.bias, groups=groups)
    return local / (1 + torch.exp(-y))


def _advance(block, x):
    y = _finish(block.norm, _calibrate(block.calibration, x))
    y = pointwise(y, block.expand.weight, block.expand.bias)
    y = y * (1 + torch.erf(y / math.sqrt(2))) / 2
    y = pointwise(y, block.contract.weight, block.contract.bias)
    return x + block.gamma.reshape(1, -1, 1, 1) * y


def test_golden_numbers_of_the_original_block():
    check_row(
        _golden_block()(field_wave(2, 32, 6, 8, seed=0.4)),
        *(-361.3609, -0.1176305, 2123.233),
        *(0.9008774, 0.8941393, -0.4845399, -0.1339639),
    )


def test_golden_numbers_of_the_originals_attention():
    check_row(
        _golden_block().calibration(field_wave(2, 32, 6, 8, seed=0.4)),
        *(-59.82309, -0.01947366, 543.4566),
        *(0.1320365, -0.05090524, -0.4063207, -0.1027996),
    )


@pytest.mark.parametrize('band', [3, 11])
def test_equals_the_loops(band):
    """A band of 11 is longer than the map of 3x4 pixels."""
    rcm = fill_parameters(RCM(WIDTHS, 3, norm_cfg=BN, depth=2, band=band)).double().eval()
    stages = [stage.double() for stage in stage_maps(2, (65, 97))]
    x = torch.cat([pool_to(stage, (3, 4)) for stage in stages], 1)
    x = _finish(rcm.reduce.norm, pointwise(x, rcm.reduce.conv.weight)).clamp(min=0)
    for block in rcm.blocks:
        x = _advance(block, x)
    torch.testing.assert_close(rcm(stages), x)


def test_blocks_are_the_identity_to_1e_7_at_the_start():
    rcm = RCM(WIDTHS, 32, norm_cfg=BN).eval()
    x = torch.randn(2, 32, 6, 8)
    assert 0 < (rcm.blocks(x) - x).norm() / x.norm() < 5e-7
    assert 0 < (rcm.blocks[0](x) - x).norm() / x.norm() < 1e-7


def test_layer_scale_is_gamma_at_the_start():
    rcm = RCM(WIDTHS, 8, norm_cfg=BN, depth=3, layer_scale=0.5)
    assert [block.gamma.unique().tolist() for block in rcm.blocks] == [[0.5]] * 3


def test_parameters_and_products_are_those_of_the_original():
    with torch.device('meta'):
        block, wide, rcm = _block(128), _block(1024), RCM([1024], 128, norm_cfg=BN).eval()
        x, whole = torch.empty(1, 128, 32, 64), torch.empty(1, 1024, 32, 64)
    assert (_count(block), _count(wide), _count(rcm)) == (70_912, 4_237_312, 485_888)
    counted = (block.eval(), x), (wide.eval(), whole), (rcm, [whole])
    millions = [count_products(*pair) / 1e6 for pair in counted]
    assert millions == pytest.approx([142.3, 8654.9, 268.4 + 5 * 142.3], rel=0.01)


@pytest.mark.parametrize('band', [2, 0, -3])
def test_a_band_without_a_middle_is_refused(band):
    with pytest.raises(ValueError, match=f'band of RCM must be odd and positive, got {band}'):
        RCM(WIDTHS, 6, norm_cfg=BN, band=band)


def test_a_single_pixel_trains_with_running_statistics():
    calibration = RectangularCalibration(6, band=3, norm_cfg=BN)
    assert calibration(torch.randn(1, 6, 1, 1)).isfinite().all()
    assert int(calibration.norm.num_batches_tracked) == 0
    calibration(torch.randn(2, 6, 1, 1))
    assert int(calibration.norm.num_batches_tracked) == 1


def test_gradients_are_exact():
    rcm = fill_parameters(RCM([3, 4], 2, norm_cfg=BN, depth=1, band=3)).double().eval()
    stages = [torch.randn(1, 3, 4, 6).double(), torch.randn(1, 4, 2, 3).double()]
    stages = [stage.requires_grad_() for stage in stages]
    assert torch.autograd.gradcheck(lambda *stages: rcm(stages), stages)


def test_gradient_reaches_every_parameter():
    rcm = RCM(WIDTHS, 8, norm_cfg=BN)
    out = rcm(stage_maps(4, (128, 160)))
    (out - torch.randn_like(out)).square().sum().backward()
    assert [name for name, p in rcm.named_parameters() if not p.grad.any()] == []


@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16])
def test_half_precision_is_close_to_float32(dtype, device):
    block = fill_parameters(_block(16)).to(device).eval()
    x = torch.randn(2, 16, 5, 7, device=device)
    exact = block(x)
    with torch.autocast(device.type, dtype):
        torch.testing.assert_close(block(x), exact, rtol=0.05, atol=0.05)


def test_no_block_is_refused():
    with pytest.raises(ValueError, match='depth of RCM must be 1 or more, got 0'):
        RCM([8, 16], 8, depth=0, norm_cfg=dict(type='BN'))
