import pytest
import torch
import torch.nn.functional as F
from builders.counting import count_products, kept_bytes
from builders.field import check_row, fill_in_order
from builders.fill import fill_parameters
from builders.upsampling import (
    SHARE_OF_COSTS,
    constant_maps,
    golden_maps,
    interior,
    maps_of_costs,
    random_maps,
)
from reference.reassembly import reassemble_by_loops

from mmseg_scr.aligners import FADE

FULL, LITE = {}, dict(kernels=dict(type='FADELiteKernels'))
OPEN = dict(gate=False)
EVERY_FORM = pytest.mark.parametrize('options', [FULL, LITE, OPEN], ids=str)
ROWS = [
    (FULL, (8, 12), 3.14067, 0.0005111768, 2007.85, -0.2852247, 0.4827559, -0.3480191, 0.04317956),
    (
        *(FULL, (7, 11), 0.1613736, 3.274626e-05, 1599.39),
        *(-0.284466, 0.01017064, 0.4128143, -0.3182711),
    ),
    (
        *(OPEN, (8, 12), 4.375165, 0.0007121037, 637.3244),
        *(-0.05916477, -0.08088188, 0.05871632, -0.0126675),
    ),
    (
        *(OPEN, (7, 11), 2.668728, 0.0005415438, 490.8483),
        *(-0.05889061, -0.2124558, -0.01738258, -0.01213157),
    ),
    (
        LITE,
        (8, 12),
        3.240158,
        0.0005273695,
        2008.429,
        -0.2738559,
        0.4815683,
        -0.3436874,
        0.04246868,
    ),
    (
        *(LITE, (7, 11), 0.1954851, 3.966823e-05, 1599.588),
        *(-0.2738641, 0.01262346, 0.4252763, -0.3191127),
    ),
]


def _filled(options, channels=32):
    fade = FADE(channels, **options).double()
    kernels = fade.kernels
    layers = [fade.gate, kernels.compress_fine, kernels.compress_coarse, kernels.shared]
    fill_in_order([layer for layer in layers if layer])
    return fade


def _by_loops(fade, coarse, fine):
    """Kernels and gate of every fine pixel, each read from the coarse pixel below its centre."""
    kernels, size = fade.kernels, fine.shape[2:]
    logits = kernels.shared(kernels.compress_fine(fine)).clone()
    deep = kernels.shared(kernels.compress_coarse(coarse))
    gate = torch.zeros(fine.shape[0], 1, *size).double()
    for row in range(size[0]):
        for column in range(size[1]):
            y = (2 * row + 1) * coarse.shape[2] // (2 * size[0])
            x = (2 * column + 1) * coarse.shape[3] // (2 * size[1])
            logits[:, :, row, column] += deep[:, :, y, x]
            if fade.gate is not None:
                gate[:, :, row, column] = fade.gate(coarse)[:, :, y, x].sigmoid()
    upsampled = reassemble_by_loops(coarse, logits.softmax(1))
    return upsampled if fade.gate is None else gate * fine + (1 - gate) * upsampled - fine


@pytest.mark.parametrize(('options', 'size', *'abcdefg'), ROWS)
def test_golden_numbers(options, size, a, b, c, d, e, f, g):
    check_row(_filled(options)(*golden_maps(size)), a, b, c, d, e, f, g)


def test_golden_numbers_of_the_gate_and_of_the_sum_with_the_fine_map():
    coarse, fine = golden_maps((8, 12))
    fade = _filled(FULL)
    gate = fade.predict_gate(coarse, (8, 12))
    assert gate.shape == (2, 1, 8, 12)
    mean_of_gate = 100.3233 / gate.numel()
    check_row(
        *(gate, 100.3233, mean_of_gate, 100.3233),
        *(0.5392094, 0.5200544, 0.5201201, 0.5207139),
    )
    fused = (fade(coarse, fine) + fine).flatten()
    found = [fused.sum(), *fused[[0, len(fused) // 3, 2 * len(fused) // 3, -1]]]
    expected = [1.824877, 0.3117321, -0.5988722, 0.4692325, -0.05573309]
    assert [x.item() for x in found] == pytest.approx(expected, rel=6e-7)


@EVERY_FORM
@pytest.mark.parametrize(
    ('coarse', 'fine'),
    [((3, 4), (6, 8)), ((23, 2), (45, 4)), ((2, 3), (8, 12)), ((3, 4), (3, 4)), ((1, 1), (1, 1))],
)
def test_equals_the_loops_at_any_ratio(options, coarse, fine):
    fade = fill_parameters(FADE(8, **options)).double()
    maps = random_maps(coarse, fine)
    with torch.no_grad():
        torch.testing.assert_close(fade(*maps), _by_loops(fade, *maps))


def test_open_gate_passes_the_fine_map_and_a_closed_one_the_coarse():
    fade = fill_parameters(FADE(8), scale=0.1).double()
    coarse, fine = random_maps((4, 5), (8, 10))
    for bias, fused in ((60.0, fine), (-60.0, _without_gate(fade)(coarse, fine))):
        torch.nn.init.constant_(fade.gate.bias, bias)
        torch.testing.assert_close(fade(coarse, fine) + fine, fused)


def _without_gate(fade):
    ungated = FADE(8, gate=False).double()
    ungated.kernels.load_state_dict(fade.kernels.state_dict())
    return ungated


def test_initial_values_are_those_of_the_original():
    fade = FADE(128)
    bounds = {  # Xavier's, of fan-in and fan-out
        fade.gate: 128 + 1,
        fade.kernels.compress_fine: 128 + 64,
        fade.kernels.compress_coarse: 128 + 64,
        fade.kernels.shared: 9 * (64 + 25),
    }
    for conv, fans in bounds.items():
        bound = (6 / fans) ** 0.5
        assert 0.9 * bound < conv.weight.abs().max() <= bound
        assert conv.bias is None or not conv.bias.any()


def test_new_kernels_are_selective_and_the_new_gate_is_half_open():
    coarse, fine = random_maps((16, 16), (32, 32), channels=128, batch=1)
    fade = FADE(128).double()
    kernels = fade.kernels(coarse, fine).softmax(1)
    assert kernels.max() > 0.5
    assert fade.predict_gate(coarse, (32, 32)).mean().item() == pytest.approx(0.5, abs=0.1)


def test_constant_map_stays_constant_inside_and_darkens_at_the_border():
    fade = fill_parameters(FADE(8, gate=False), scale=0.1).double()
    aligned = fade(*constant_maps())
    torch.testing.assert_close(interior(aligned), interior(torch.ones_like(aligned)))
    assert (aligned[:, :, 0, 0] < 0.9).all()


def test_bias_of_the_shared_convolution_enters_twice():
    fade = fill_parameters(FADE(8, gate=False)).double()
    coarse, fine = random_maps((3, 4), (6, 8))
    before = fade.kernels(coarse, fine)
    with torch.no_grad():
        fade.kernels.shared.bias += 0.5
    torch.testing.assert_close(fade.kernels(coarse, fine), before + 1)


@pytest.mark.parametrize('size', [(4, 6), (3, 5)])
@pytest.mark.parametrize('options', [FULL, LITE], ids=str)
def test_gradients(options, size):
    fade = fill_parameters(FADE(2, **options), scale=0.1).double()
    maps = random_maps((2, 3), size, channels=2, batch=1)
    assert torch.autograd.gradcheck(fade, tuple(x.requires_grad_() for x in maps))


@pytest.mark.parametrize(
    ('options', 'parameters', 'products'),
    [(FULL, 31_002, 1031.3e6), (OPEN, 30_873, None), (LITE, 6_804, 246.2e6)],
    ids=str,
)
def test_costs_are_those_of_the_original(options, parameters, products):
    fade = FADE(128, **options)
    assert sum(p.numel() for p in fade.parameters()) == parameters
    if products:
        counted = SHARE_OF_COSTS * count_products(fade, *maps_of_costs(128))
        assert counted + 25 * 128 * 128 * 256 == pytest.approx(products, rel=1e-3)


@pytest.mark.parametrize('size', [(16, 32), (15, 31)])
def test_no_unfolded_map_is_kept_for_the_gradient(size):
    fade = FADE(64)
    unfolded = 4 * 25 * 64 * size[0] * size[1]
    maps = [x.requires_grad_() for x in maps_of_costs(64, size)]
    assert kept_bytes(fade, *maps) < 0.25 * unfolded


def test_kernels_of_another_kind_can_be_injected():
    class Nearest(torch.nn.Module):
        def forward(self, coarse, fine):
            logits = torch.full((fine.shape[0], 25, *fine.shape[2:]), -100.0)
            logits[:, 12] = 100
            return logits

    coarse, fine = random_maps((4, 5), (8, 10))
    aligned = FADE(8, kernels=dict(type=Nearest), gate=False)(coarse, fine)
    torch.testing.assert_close(aligned, F.interpolate(coarse, scale_factor=2, mode='nearest'))


def test_unknown_kernels_are_refused_by_name():
    with pytest.raises(KeyError, match=r"kernels of FADE has the unknown type 'Lite'"):
        FADE(8, kernels=dict(type='Lite'))


@pytest.mark.parametrize('kind', ['CARAFE', 'Bilinear'])
def test_another_part_of_this_package_in_place_of_kernels_is_refused_with_the_choices(kind):
    with pytest.raises(TypeError, match=rf"cannot be {kind}, .*choose one of \['FADEKernels'"):
        FADE(8, kernels=dict(type=kind))


def test_a_width_below_one_is_refused():
    with pytest.raises(ValueError, match="width of FADE's kernels must be 1 or more, got -1"):
        FADE(4, kernels=dict(type='FADEKernels', width=-1))
