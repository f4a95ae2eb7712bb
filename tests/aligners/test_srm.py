from functools import partial

import pytest
import torch
from builders.fill import fill_parameters
from reference.srm import srm_naive
from torch.nn import functional as F

from mmseg_scr.aligners import SRM

BN = dict(type='BN')
SIZES = [
    ((4, 6), (8, 12)),
    ((23, 40), (45, 80)),
    ((5, 7), (9, 13)),
    ((1, 1), (2, 2)),
    ((1, 3), (1, 5)),
]


def _maps(coarse, fine, channels=8, batch=2):
    return torch.randn(batch, channels, *coarse), torch.randn(batch, channels, *fine)


def _refined(channels=8, **options):
    """A module whose offsets are not zero, about a pixel long."""
    return fill_parameters(SRM(channels, hidden_channels=4, norm_cfg=BN, **options), scale=0.4)


def _naive(srm, coarse, fine):
    """The module's own parameters in the published order of operations, branch by branch."""
    conv, norm, hidden = srm.branches.conv, srm.branches.norm, srm.offset.in_channels

    def branch(guide, share, last):
        x = F.conv2d(guide, conv.weight[share], padding=1)
        statistics = norm.running_mean[share], norm.running_var[share]
        if srm.training:
            statistics = None, None
        affine = norm.weight[share], norm.bias[share]
        x = F.batch_norm(x, *statistics, *affine, training=srm.training).relu()
        return F.conv2d(x, last.weight, padding=last.kernel_size[0] // 2)

    to_weights, variant = None, {}
    if srm.mask is not None:
        to_weights = partial(branch, share=slice(hidden, None), last=srm.mask.weights)
        border = {'zeros': 'constant', 'replicate': 'replicate'}[srm.mask.padding_mode]
        variant = dict(softmax=srm.mask.softmax, border=border)
    return srm_naive(
        coarse,
        fine,
        ((srm.compress_coarse.weight, None), (srm.compress_fine.weight, None)),
        lambda guide: branch(guide, slice(hidden), srm.offset),
        to_weights,
        srm.align_corners,
        **variant,
    )


@pytest.mark.parametrize('align_corners', [False, True])
@pytest.mark.parametrize(('coarse', 'fine'), SIZES)
def test_new_module_equals_bilinear_resizing(coarse, fine, align_corners):
    srm = SRM(8, norm_cfg=BN, align_corners=align_corners).double()
    maps = [x.double() for x in _maps(coarse, fine)]
    expected = F.interpolate(maps[0], fine, mode='bilinear', align_corners=align_corners)
    torch.testing.assert_close(srm(*maps), expected)


@pytest.mark.parametrize('align_corners', [False, True])
@pytest.mark.parametrize('training', [False, True])
@pytest.mark.parametrize(
    ('coarse', 'fine'), [((4, 6), (8, 12)), ((5, 7), (9, 13)), ((1, 3), (1, 5))]
)
def test_equals_the_form_at_high_resolution(coarse, fine, training, align_corners):
    srm = _refined(align_corners=align_corners).double().train(training)
    maps = [x.double() for x in _maps(coarse, fine)]
    expected = _naive(srm, *maps)
    bilinear = F.interpolate(maps[0], fine, mode='bilinear', align_corners=align_corners)
    assert (expected - bilinear).abs().mean() > 0.1
    torch.testing.assert_close(srm(*maps), expected)


VARIANTS = {
    'no-mask': None,
    'raw-weights': dict(softmax=False),
    'replicated-border': dict(padding_mode='replicate'),
}


@pytest.mark.parametrize('mask', VARIANTS.values(), ids=VARIANTS)
def test_ablated_forms_equal_theirs_at_high_resolution(mask):
    srm = _refined(mask=mask).double().eval()
    maps = [x.double() for x in _maps((5, 7), (9, 13))]
    aligned = srm(*maps)
    torch.testing.assert_close(aligned, _naive(srm, *maps))
    if mask:
        srm.mask.softmax, srm.mask.padding_mode = True, 'zeros'
        assert (srm(*maps) - aligned).abs().mean() > 0.01


@pytest.mark.parametrize('mask', VARIANTS.values(), ids=VARIANTS)
def test_ablated_forms_start_as_bilinear_resizing_and_learn(mask):
    srm = SRM(8, norm_cfg=BN, mask=mask)
    coarse, fine = _maps((5, 7), (9, 13))
    torch.testing.assert_close(srm(coarse, fine), F.interpolate(coarse, (9, 13), mode='bilinear'))
    target = torch.randn(2, 8, 9, 13)
    optimizer = torch.optim.SGD(srm.parameters(), lr=0.1)
    for _ in range(2):
        optimizer.zero_grad()
        (srm(coarse, fine) - target).square().mean().backward()
        optimizer.step()
    assert [name for name, p in srm.named_parameters() if not p.grad.any()] == []


def test_without_the_mask_its_branch_is_gone():
    lost = 9 * 32 + 9 * 128 * 32 + 2 * 32  # both convolutions and the normalisation
    assert sum(p.numel() for p in SRM(128, norm_cfg=BN, mask=None).parameters()) == 91_104 - lost


def test_unknown_padding_is_refused_when_the_mask_is_built():
    with pytest.raises(ValueError, match=r"padding_mode must be one of .*, got 'reflect'"):
        SRM(8, norm_cfg=BN, mask=dict(padding_mode='reflect'))


def test_gradients_equal_those_of_the_form_at_high_resolution():
    srm = _refined().double()
    maps = [x.double().requires_grad_() for x in _maps((3, 4), (5, 8))]
    inputs = [*maps, *srm.parameters()]
    fast = torch.autograd.grad(srm(*maps).sin().sum(), inputs)
    slow = torch.autograd.grad(_naive(srm, *maps).sin().sum(), inputs)
    for one, other in zip(fast, slow, strict=True):
        torch.testing.assert_close(one, other)


def test_offsets_are_float32_and_constant_ones_shift_the_result(device):
    srm = _refined().eval()
    coarse, fine = _maps((4, 6), (8, 12))
    with torch.autocast(device.type, torch.bfloat16):
        offset = srm.predict_offset(coarse, fine)
    assert offset.dtype == torch.float32
    assert offset.shape == (2, 2, 8, 12)
    srm.predict_offset = lambda coarse, fine: torch.ones(len(fine), 2, *fine.shape[2:])
    up = F.interpolate(coarse, (8, 12), mode='bilinear')
    expected = F.pad(up[:, :, 1:, 1:], (0, 1, 0, 1))
    torch.testing.assert_close(srm(coarse, fine), expected, rtol=1e-4, atol=1e-4)


def test_autocast_stays_close_to_float32(device):
    srm = _refined().eval()
    with torch.no_grad():
        srm.offset.weight.mul_(0.2)  # offsets of a few pixels
    # A smooth map: what is left is the error of the positions, not of the values.
    ramp = torch.linspace(-1, 1, 64)[:, None] + torch.linspace(-1, 1, 256)
    coarse, fine = ramp.expand(1, 8, 64, 256), torch.randn(1, 8, 128, 512)
    with torch.autocast(device.type, torch.bfloat16):
        low, low_offset = srm(coarse, fine), srm.predict_offset(coarse, fine)
    error = (low_offset - srm.predict_offset(coarse, fine)).abs()
    assert error.mean() < 0.02
    assert low_offset.abs().mean() > 0.2
    inside = (..., slice(8, -8), slice(8, -8))
    assert (low[inside] - srm(coarse, fine)[inside]).abs().max() < 0.02


def test_parameter_count_is_the_published_one():
    assert sum(p.numel() for p in SRM(128, norm_cfg=BN).parameters()) == 91_104


def test_every_parameter_learns_from_the_second_step():
    srm = SRM(8, norm_cfg=BN)
    coarse, fine = _maps((4, 6), (8, 12))
    target = torch.randn(2, 8, 8, 12)
    optimizer = torch.optim.SGD(srm.parameters(), lr=0.1)
    for _ in range(2):
        optimizer.zero_grad()
        (srm(coarse, fine) - target).square().mean().backward()
        optimizer.step()
    assert [name for name, p in srm.named_parameters() if not p.grad.any()] == []


@pytest.mark.parametrize('channels', [1, 7])
def test_odd_width_is_refused(channels):
    with pytest.raises(ValueError, match=f'SRM halves its channels, .* even, got {channels}'):
        SRM(channels, norm_cfg=BN)
