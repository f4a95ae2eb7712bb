import pytest
import torch
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
from reference.reassembly import reassemble_by_loops, similarity_by_loops
from torch import nn

from mmseg_scr.aligners import SAPA
from mmseg_scr.ops.reassembly import kernel_softmax, reassemble, window_similarity

ROWS = {
    (8, 12): (
        *(79.5302, 0.01294437, 2287.944),
        *(0.2448722, 0.09861459, -0.4454755, 0.1820474),
    ),
    (7, 11): (
        *(62.73842, 0.01273101, 1779.911),
        *(0.3193082, -0.22236, -0.584191, 0.009893582),
    ),
}


def _normalised(x, norm):
    """The layer's own parameters, its formula by hand."""
    centred = x - x.mean(dim=1, keepdim=True)
    scaled = centred / (centred.square().mean(dim=1, keepdim=True) + 1e-5).sqrt()
    return scaled * norm.weight.view(1, -1, 1, 1) + norm.bias.view(1, -1, 1, 1)


def _by_loops(sapa, coarse, fine):
    def project(x, norm, linear):
        projected = torch.einsum('bchw,dc->bdhw', _normalised(x, norm), linear.weight)
        return projected + linear.bias.view(1, -1, 1, 1)

    query = project(fine, sapa.norm_fine, sapa.query)
    key = project(coarse, sapa.norm_coarse, sapa.key)
    return reassemble_by_loops(coarse, similarity_by_loops(query, key, 5).softmax(1))


@pytest.mark.parametrize('size', ROWS)
def test_golden_numbers(size):
    sapa = SAPA(32).double()
    fill_in_order([sapa.norm_fine, sapa.norm_coarse, sapa.query, sapa.key])
    check_row(sapa(*golden_maps(size)), *ROWS[size])


def test_golden_numbers_of_the_later_form_by_the_same_operations():
    coarse, fine = golden_maps((8, 12))
    norms = nn.GroupNorm(32, 32).double(), nn.GroupNorm(32, 32).double()
    convs = nn.Conv2d(32, 32, 1).double(), nn.Conv2d(32, 32, 1).double()
    fill_in_order([*norms, *convs])
    query, key = (conv(norm(x)) for x, norm, conv in zip((fine, coarse), norms, convs, strict=True))
    aligned = reassemble(coarse, kernel_softmax(window_similarity(query, key, 5)))
    row = -9.642612, -0.001569436, 1595.096, -1.166153, 0.117837, -0.4405417, -0.06187862
    check_row(aligned, *row)


@pytest.mark.parametrize(
    ('coarse', 'fine'),
    [((3, 4), (6, 8)), ((23, 2), (45, 4)), ((2, 3), (8, 12)), ((3, 4), (3, 4)), ((1, 1), (1, 1))],
)
def test_equals_the_loops_at_any_ratio(coarse, fine):
    sapa = fill_parameters(SAPA(8, width=4)).double()
    maps = random_maps(coarse, fine)
    with torch.no_grad():
        torch.testing.assert_close(sapa(*maps), _by_loops(sapa, *maps))


def test_initial_values_are_those_of_the_original():
    sapa = SAPA(128)
    for linear in (sapa.query, sapa.key):
        assert linear.weight.std().item() == pytest.approx(0.02, rel=0.05)
        assert not linear.bias.any()
    for norm in (sapa.norm_fine, sapa.norm_coarse):
        assert norm.eps == 1e-5
        assert (norm.weight == 1).all()
        assert not norm.bias.any()


def test_new_module_is_nearly_a_box_blur():
    coarse, fine = random_maps((8, 8), (16, 16), channels=128, batch=1)
    box = reassemble(coarse, torch.full((1, 25, 16, 16), 1 / 25).double())
    assert (SAPA(128).double()(coarse, fine) - box).abs().mean() < 0.6 * box.abs().mean()


def test_constant_over_channels_added_to_a_pixel_of_the_fine_map_changes_nothing():
    sapa = fill_parameters(SAPA(8)).double()
    coarse, fine = random_maps((4, 5), (7, 10))
    shifted = fine + 10 * torch.randn(2, 1, 7, 10).double()
    torch.testing.assert_close(sapa(coarse, shifted), sapa(coarse, fine))


def test_constant_map_stays_constant_inside_and_darkens_at_the_border():
    aligned = fill_parameters(SAPA(8), scale=0.1).double()(*constant_maps())
    torch.testing.assert_close(interior(aligned), interior(torch.ones_like(aligned)))
    assert (aligned[:, :, 0, 0] < 0.9).all()


def test_fine_map_decides_which_side_of_an_edge_a_pixel_joins():
    sapa = SAPA(2, width=2).double()
    for linear in (sapa.query, sapa.key):
        nn.init.eye_(linear.weight)
    with torch.no_grad():
        sapa.query.weight *= 20  # a hard choice
    coarse = torch.tensor([1.0, 0.0]).double().repeat_interleave(3).expand(1, 1, 6, 6)
    coarse = torch.cat([coarse, 1 - coarse], dim=1)
    edge = torch.tensor([1.0] * 5 + [0.0] * 7).double().expand(1, 1, 12, 12)  # not on a coarse edge
    fine = torch.cat([edge, 1 - edge], dim=1)
    inside = interior(sapa(coarse, fine), 2)
    torch.testing.assert_close(inside, interior(fine, 2), rtol=0, atol=1e-6)


@pytest.mark.parametrize('size', [(4, 6), (3, 5)])
def test_gradients(size):
    sapa = fill_parameters(SAPA(3, width=2)).double()
    maps = random_maps((2, 3), size, channels=3, batch=1)
    assert torch.autograd.gradcheck(sapa, tuple(x.requires_grad_() for x in maps))


def test_autocast_leaves_similarities_of_strong_features_alone(device):
    sapa = fill_parameters(SAPA(64), scale=0.5)
    maps = [x.float() for x in random_maps((6, 7), (12, 14), channels=64)]
    with torch.autocast(device.type, torch.bfloat16):
        low = sapa(*maps)
    torch.testing.assert_close(low, sapa(*maps))


@pytest.mark.parametrize('dtype', [torch.bfloat16, torch.float16])
def test_half_precision_weights_leave_similarities_of_strong_features_alone(dtype):
    sapa = fill_parameters(SAPA(64), scale=0.5).to(dtype)
    maps = [x.to(dtype) for x in random_maps((6, 7), (12, 14), channels=64)]
    low = sapa(*maps)
    exact = sapa.float()(*(x.float() for x in maps))
    torch.testing.assert_close(low, exact.to(dtype))


@pytest.mark.parametrize(
    ('width', 'parameters', 'products'), [(64, 17_024, 492.8e6), (32, 8_768, None)]
)
def test_costs_are_those_of_the_original(width, parameters, products):
    sapa = SAPA(128, width=width)
    assert sum(p.numel() for p in sapa.parameters()) == parameters
    if products:
        counted = SHARE_OF_COSTS * count_products(sapa, *maps_of_costs(128))
        assert counted + 25 * (128 + width) * 128 * 256 == pytest.approx(products, rel=1e-3)


@pytest.mark.parametrize('size', [(16, 32), (15, 31)])
def test_no_unfolded_map_is_kept_for_the_gradient(size):
    sapa = SAPA(64)
    unfolded = 4 * 25 * 64 * size[0] * size[1]
    maps = [x.requires_grad_() for x in maps_of_costs(64, size)]
    assert kept_bytes(sapa, *maps) < 0.25 * unfolded


def test_a_width_below_one_is_refused():
    with pytest.raises(ValueError, match='width of SAPA must be 1 or more, got 0'):
        SAPA(4, width=0)
