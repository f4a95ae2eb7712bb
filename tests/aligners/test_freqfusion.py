import pytest
import torch
from builders.counting import count_products, kept_bytes
from builders.field import check_row, fill_in_order
from builders.fill import fill_parameters
from builders.upsampling import (
    SHARE_OF_COSTS,
    golden_maps,
    interior,
    maps_of_costs,
    random_maps,
)
from reference.neighborhood import cosines_by_loops
from reference.reassembly import reassemble_by_loops
from reference.upsampling import sample_groups_by_loops
from reference.warp import resample_by_loops

from mmseg_scr.aligners import FreqFusion

PLAIN = dict(resample=None, hamming=False)
HAMMING = dict(resample=None)
SIM = dict(resample=dict(concat=False), hamming=False)
CONCAT = dict(hamming=False)
FPN = {}
EVERY_FORM = pytest.mark.parametrize('options', [PLAIN, HAMMING, SIM, CONCAT, FPN], ids=str)
ROWS = [
    (PLAIN, (8, 12), 3.76065, 0.000612085, 3731.288, 0.5535743, -1.037393, 0.8062066, -0.2477495),
    (
        PLAIN,
        (7, 11),
        4.195032,
        0.0008512646,
        3429.003,
        0.6363963,
        -0.5013932,
        -0.9421669,
        0.5370557,
    ),
    (
        HAMMING,
        (8, 12),
        6.63678,
        0.001080205,
        1477.911,
        0.4722005,
        -0.2937058,
        0.6130387,
        -0.02218363,
    ),
    (
        HAMMING,
        (7, 11),
        5.392179,
        0.001094192,
        1244.584,
        0.4943079,
        -0.2655359,
        0.1757813,
        0.1876399,
    ),
    (SIM, (8, 12), 1.564833, 0.0002546929, 3728.655, 0.556122, -1.055033, 0.8065261, -0.2439114),
    (SIM, (7, 11), 0.6962475, 0.000141284, 3422.875, 0.642401, -0.4774267, -0.8433324, 0.5375836),
    (FPN, (8, 12), 7.11846, 0.001158603, 1433.477, 0.4718003, -0.4752606, 0.4898157, -0.02095644),
    (FPN, (7, 11), 2.055982, 0.0004172042, 1232.486, 0.4951106, -0.1859883, -0.2403068, 0.1863938),
    (CONCAT, (8, 12), 6.447728, 0.001049435, 3724.611, 0.5560049, -1.142811, 0.8471084, -0.2438975),
    (
        CONCAT,
        (7, 11),
        6.551124,
        0.001329368,
        3426.163,
        0.6425789,
        -0.4775506,
        -0.9392468,
        0.5352669,
    ),
]


def _filled(options):
    fusion = FreqFusion(32, **options).double()
    moving = fusion.resample
    layers = [fusion.compress_fine, fusion.compress_coarse, fusion.low_pass]
    if moving:
        layers += [moving.offset_coarse, moving.scale_coarse, moving.offset_fine]
        layers += [moving.scale_fine, moving.norm_fine, moving.norm_coarse]
    fill_in_order([*layers, fusion.high_pass])
    return fusion


def _kernels(logits, hamming):
    """Softmax over the window, times the outer product of [0.08, (0.54,) 1, ...], divided."""
    weights = logits.softmax(1)
    if hamming:
        row = {25: [0.08, 0.54, 1.0, 0.54, 0.08], 9: [0.08, 1.0, 0.08]}[logits.shape[1]]
        window = [a * b for a in row for b in row]
        weights = weights * torch.tensor(window).double().view(1, -1, 1, 1)
    return weights / weights.sum(1, keepdim=True)


def _by_loops(fusion, coarse, fine, hamming):
    """Steps 1 to 5, each reassembly and each offset pixel by pixel."""
    b, a = fusion.compress_coarse(coarse), fusion.compress_fine(fine)
    high = fusion.high_pass(a)
    a = 2 * a - reassemble_by_loops(a, _kernels(high, hamming))
    low = fusion.low_pass(a)
    low = low + reassemble_by_loops(fusion.low_pass(b), _kernels(low, hamming))
    high = high + reassemble_by_loops(fusion.high_pass(b), _kernels(low, hamming))
    smooth = reassemble_by_loops(coarse, _kernels(low, hamming))
    details = fine - reassemble_by_loops(fine, _kernels(high, hamming))
    if fusion.resample is not None:
        smooth = _moved_by_loops(fusion.resample, smooth, b, a)
    return smooth + details


def _moved_by_loops(moving, x, b, a):
    a, b = moving.norm_fine(a), moving.norm_coarse(b)
    like_a, like_b = cosines_by_loops(a, 2), cosines_by_loops(b, 2)
    if moving.concat:
        a = like_a = torch.cat([a, like_a], 1)
        b = like_b = torch.cat([b, like_b], 1)
    size = x.shape[2:]

    def refined(conv, guide):
        coarse, places = conv(guide), None
        h, w = coarse.shape[2:]
        places = torch.zeros(coarse.shape[0], coarse.shape[1] // 4, 2 * h, 2 * w).double()
        for place in range(4):
            places[:, :, place // 2 :: 2, place % 2 :: 2] = coarse[:, place::4]
        return resample_by_loops(places, size)

    scale = refined(moving.scale_coarse, b) + moving.scale_fine(a)
    offset = refined(moving.offset_coarse, like_b) + moving.offset_fine(like_a)
    offset = (offset * scale.sigmoid()).unflatten(1, (2, moving.groups))
    # One coarse pixel is W / w fine ones.
    ratio = torch.tensor([size[1] / b.shape[3], size[0] / b.shape[2]]).double()
    rows, columns = torch.meshgrid(*(torch.arange(s).double() for s in size), indexing='ij')
    own = torch.stack([columns, rows]).view(1, 2, 1, *size)
    return sample_groups_by_loops(x, own + offset * ratio.view(1, 2, 1, 1, 1))


@pytest.mark.parametrize(('options', 'size', *'abcdefg'), ROWS)
def test_golden_numbers(options, size, a, b, c, d, e, f, g):
    check_row(_filled(options)(*golden_maps(size)), a, b, c, d, e, f, g)


def test_golden_numbers_of_both_maps_alone():
    coarse, fine = golden_maps((8, 12))
    fusion = _filled(SIM)
    moved = []
    fusion.resample.register_forward_hook(lambda module, maps, result: moved.append(result))
    sharpened = fusion(coarse, fine) - moved[0] + fine
    for result, row in (
        (sharpened, (-1.910751, 1.194072, -2.024654, 1.542979, -0.3325656)),
        (moved[0], (2.15979, -0.04099278, -0.1120076, 0.08079908, -0.01025842)),
    ):
        flat = result.flatten()
        n = len(flat)
        found = [flat.sum(), *flat[[0, n // 3, 2 * n // 3, n - 1]]]
        assert [x.item() for x in found] == pytest.approx(row, rel=6e-7)


@EVERY_FORM
@pytest.mark.parametrize(
    ('coarse', 'fine'),
    [((3, 4), (6, 8)), ((23, 2), (45, 4)), ((2, 3), (8, 12)), ((3, 4), (3, 4)), ((1, 1), (1, 1))],
)
def test_equals_the_loops_at_any_ratio(options, coarse, fine):
    hamming = options.get('hamming', True)
    fusion = FreqFusion(8, width=8, **options).double()
    for parameter in fusion.parameters():
        torch.nn.init.normal_(parameter, std=0.2)
    maps = random_maps(coarse, fine)
    with torch.no_grad():
        expected = _by_loops(fusion, *maps, hamming)
        torch.testing.assert_close(fusion(*maps), expected, rtol=1e-5, atol=1e-5)


def test_zero_offset_moves_nothing():
    fusion = fill_parameters(FreqFusion(8), scale=0.1).double()
    for conv in (fusion.resample.offset_coarse, fusion.resample.offset_fine):
        torch.nn.init.zeros_(conv.weight)
        torch.nn.init.zeros_(conv.bias)
    still = FreqFusion(8, resample=None).double()
    still.load_state_dict(fusion.state_dict(), strict=False)
    maps = random_maps((5, 6), (9, 11))
    torch.testing.assert_close(fusion(*maps), still(*maps))


@pytest.mark.parametrize('options', [PLAIN, HAMMING], ids=str)
def test_constant_maps_keep_the_coarse_one_and_have_no_details_inside(options):
    fusion = FreqFusion(8, **options).double()
    aligned = fusion(3 * torch.ones(1, 8, 12, 12).double(), 5 * torch.ones(1, 8, 24, 24).double())
    torch.testing.assert_close(interior(aligned, 8), interior(torch.full_like(aligned, 3), 8))
    assert (aligned[:, :, 0, 0] != 3).all()


def test_hamming_window_raises_the_centre_of_equal_weights():
    centre = 1 / 1.16**2  # of the 3x3 window: 1 over (0.08 + 1 + 0.08) squared
    fusion = FreqFusion(8, resample=None)
    window = fusion.high_window_weight
    assert (window[4] / window.sum()).item() == pytest.approx(centre, rel=1e-6)
    assert centre == pytest.approx(0.74, abs=0.005)
    assert fusion.low_window_weight.view(5, 5)[1].tolist() == pytest.approx(
        [0.54 * x for x in (0.08, 0.54, 1, 0.54, 0.08)]
    )


def test_initial_values_are_those_of_the_original():
    fusion = FreqFusion(128)
    for conv in (fusion.low_pass, fusion.high_pass):
        assert conv.weight.std().item() == pytest.approx(0.001, rel=0.05)
    moving = fusion.resample
    for conv, fans in (
        (fusion.compress_fine, 128 + 64),
        (fusion.compress_coarse, 128 + 64),
        (moving.offset_coarse, 9 * (72 + 32)),
        (moving.scale_fine, 9 * (72 + 8)),
    ):
        bound = (6 / fans) ** 0.5
        assert 0.9 * bound < conv.weight.abs().max() <= bound
    assert not any(m.bias.any() for m in fusion.modules() if isinstance(m, torch.nn.Conv2d))


def test_new_offsets_are_a_fraction_of_a_coarse_pixel():
    fusion = FreqFusion(128)
    coarse, fine = (x.float() for x in random_maps((16, 16), (32, 32), channels=128, batch=1))
    deep, guide = fusion.compress_coarse(coarse), fusion.compress_fine(fine)
    offset = fusion.resample.predict_offset(deep, guide)
    assert offset.shape == (1, 2, 4, 32, 32)
    assert 0.05 < offset.std() < 1


@pytest.mark.parametrize('resample', [None, dict(groups=2), dict(groups=2, concat=False)], ids=str)
@pytest.mark.parametrize('size', [(4, 6), (3, 5)])
def test_gradients(resample, size):
    fusion = FreqFusion(2, width=8, resample=resample).double()
    for parameter in fusion.parameters():
        torch.nn.init.normal_(parameter, std=0.1)
    maps = random_maps((2, 3), size, channels=2, batch=1)
    assert torch.autograd.gradcheck(fusion, tuple(x.requires_grad_() for x in maps))


@pytest.mark.parametrize(
    ('options', 'parameters', 'products'),
    [
        (FPN, 88_306, 2006.5e6),
        (dict(width=32), 47_090, 1126.2e6),
        (dict(resample=None), 36_130, 1327.0e6),
    ],
    ids=str,
)
def test_costs_are_those_of_the_original(options, parameters, products):
    fusion = FreqFusion(128, **options)
    assert sum(p.numel() for p in fusion.parameters()) == parameters
    counted = SHARE_OF_COSTS * count_products(fusion, *maps_of_costs(128))
    width = options.get('width', 64)
    # Both filters of the guide and of the maps, and the first kernels' sums of 25 and of 9 logits.
    sums = 9 * width + 25 * 25 + 25 * 9 + 25 * 128 + 9 * 128
    assert counted + sums * 128 * 256 == pytest.approx(products, rel=0.01)


@pytest.mark.parametrize('size', [(16, 32), (15, 31)])
def test_no_unfolded_map_is_kept_for_the_gradient(size):
    fusion = FreqFusion(64)
    unfolded = 4 * 25 * 64 * size[0] * size[1]
    maps = [x.requires_grad_() for x in maps_of_costs(64, size)]
    assert kept_bytes(fusion, *maps) < unfolded


def test_guides_that_are_all_alike_stay_finite():
    coarse, fine = torch.zeros(1, 8, 3, 4, requires_grad=True), torch.zeros(1, 8, 6, 8)
    aligned = FreqFusion(8)(coarse, fine)
    aligned.square().sum().backward()
    assert aligned.isfinite().all()
    assert coarse.grad.isfinite().all()


def test_widths_that_do_not_divide_are_refused_with_the_fix():
    with pytest.raises(ValueError, match='width that is a multiple of 8, got 12'):
        FreqFusion(8, width=12)
    with pytest.raises(ValueError, match=r'channels=6 and groups=4; set groups of resample to'):
        FreqFusion(6)
    assert FreqFusion(6, resample=dict(groups=3))(*maps_of_costs(6)).shape == (1, 6, 16, 32)


def test_resampling_is_options_or_none_and_the_width_is_checked_without_it():
    with pytest.raises(ValueError, match='must be a dict of options or None, got False'):
        FreqFusion(8, resample=False)
    with pytest.raises(ValueError, match=r"must be a dict of options or None, got \['groups'\]"):
        FreqFusion(8, resample=['groups'])
    with pytest.raises(ValueError, match=r"no option \['group'\], only \['groups', 'concat'\]"):
        FreqFusion(8, resample=dict(group=2))
    with pytest.raises(ValueError, match='width that is a multiple of 8, got 12'):
        FreqFusion(8, width=12, resample=None)
