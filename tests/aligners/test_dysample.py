import pytest
import torch
import torch.nn.functional as F
from builders.counting import count_products
from builders.field import check_row, fill_in_order
from builders.fill import fill_parameters
from builders.upsampling import SHARE_OF_COSTS, golden_maps, maps_of_costs, random_maps
from reference.upsampling import areas_by_loops, sample_groups_by_loops
from reference.warp import resample_by_loops

from mmseg_scr.aligners import Bilinear, DySample

LP, LP_DYNAMIC = dict(form='lp'), dict(form='lp', dynamic_scope=True)
PL, PL_DYNAMIC = dict(form='pl'), dict(form='pl', dynamic_scope=True)
FORMS = [LP, LP_DYNAMIC, PL, PL_DYNAMIC]
EVERY_FORM = pytest.mark.parametrize('options', FORMS, ids=str)
ROWS = [
    (LP, (8, 12), 18.58157, 0.003024344, 3110.669, 0.6591998, 0.1201915, 1.034552, -0.03627191),
    (LP, (7, 11), 13.58343, 0.002756379, 2581.695, 0.6591998, 0.1739114, 1.254392, -0.03627191),
    (
        *(LP_DYNAMIC, (8, 12), 18.61184, 0.003029271, 3111.811),
        *(0.6591998, 0.1159121, 1.035267, -0.03627191),
    ),
    (
        *(LP_DYNAMIC, (7, 11), 13.5859, 0.002756879, 2581.772),
        *(0.6591998, 0.172769, 1.255644, -0.03627191),
    ),
    (PL, (8, 12), 16.25888, 0.002646302, 3082.321, 0.6591998, 0.1494402, 1.00472, -0.03627191),
    (PL, (7, 11), 13.0953, 0.002657326, 2581.437, 0.6591998, 0.227245, 1.188975, -0.03627191),
    (
        *(PL_DYNAMIC, (8, 12), 17.25586, 0.002808572, 3080.462),
        *(0.6591998, 0.1299718, 1.009978, -0.03627191),
    ),
    (
        *(PL_DYNAMIC, (7, 11), 13.5954, 0.002758807, 2580.099),
        *(0.6591998, 0.2057248, 1.202302, -0.03627191),
    ),
]
SIZES = [
    ((4, 6), (8, 12)),
    ((23, 4), (45, 7)),
    ((3, 4), (3, 4)),
    ((2, 3), (8, 12)),
    ((1, 1), (1, 1)),
]


def _by_loops(module, coarse, size):
    """Offsets of every place in a coarse pixel, laid out one by one."""
    batch, _, h, w = coarse.shape
    offset = torch.zeros(batch, 2 * module.groups, 2 * h, 2 * w, dtype=torch.float64)
    for i in range(2):
        for j in range(2):
            if module.form == 'lp':
                guide, outputs = coarse, slice(2 * i + j, None, 4)
            else:
                guide, outputs = coarse[:, 2 * i + j :: 4], slice(None)
            place = F.conv2d(guide, module.offset.weight[outputs], module.offset.bias[outputs])
            if module.scope is None:
                place = place / 4
            else:
                place = place / 2 * F.conv2d(guide, module.scope.weight[outputs]).sigmoid()
            offset[:, :, i::2, j::2] = place
    offset = resample_by_loops(offset, size).unflatten(1, (2, module.groups))
    return sample_groups_by_loops(coarse, areas_by_loops((h, w), size)[:, None] + offset)


@pytest.mark.parametrize(('options', 'size', *'abcdefg'), ROWS)
def test_golden_numbers(options, size, a, b, c, d, e, f, g):
    module = DySample(32, groups=4, **options).double()
    fill_in_order([layer for layer in (module.offset, module.scope) if layer])
    check_row(module(*golden_maps(size)), a, b, c, d, e, f, g)


@EVERY_FORM
@pytest.mark.parametrize(('coarse', 'fine'), SIZES)
def test_equals_the_loops_at_any_ratio(options, coarse, fine):
    module = fill_parameters(DySample(8, groups=2, **options), scale=0.8).double()
    maps = random_maps(coarse, fine)
    with torch.no_grad():
        torch.testing.assert_close(module(*maps), _by_loops(module, maps[0], fine))


@EVERY_FORM
@pytest.mark.parametrize(('coarse', 'fine'), SIZES)
def test_zero_offset_equals_bilinear(options, coarse, fine):
    module = DySample(8, **options).double()
    torch.nn.init.zeros_(module.offset.weight)
    maps = random_maps(coarse, fine)
    torch.testing.assert_close(module(*maps), Bilinear()(*maps))


@EVERY_FORM
def test_new_module_moves_by_thousandths_of_a_pixel(options):
    module = DySample(128, **options).double()
    offset = module.predict_places(random_maps((8, 8), (1, 1), channels=128)[0])
    assert not module.offset.bias.any()
    assert module.scope is None or not module.scope.weight.any()
    width = module.offset.in_channels
    assert offset.std().item() == pytest.approx(0.25 * 0.001 * width**0.5, rel=0.2)


def test_groups_move_alone():
    module = DySample(8, groups=2).double()
    torch.nn.init.zeros_(module.offset.weight)
    with torch.no_grad():
        module.offset.bias.view(2, 2, 4)[0, 1] = 4.0  # x of the second group: a pixel to the right
    maps = random_maps((4, 6), (8, 12))
    shifted = torch.cat([maps[0][:, :4], maps[0][:, 4:, :, [1, 2, 3, 4, 5, 5]]], dim=1)
    inside = (..., slice(1, 9))  # of both maps, where no border is repeated
    aligned = module(*maps)
    torch.testing.assert_close(aligned[:, :4], Bilinear()(*maps)[:, :4])
    torch.testing.assert_close(aligned[inside][:, 4:], Bilinear()(shifted, maps[1])[inside][:, 4:])


@EVERY_FORM
def test_gradients(options):
    module = fill_parameters(DySample(4, groups=2, **options), scale=0.3).double()
    maps = random_maps((2, 3), (3, 5), channels=4, batch=1)
    assert torch.autograd.gradcheck(module, (maps[0].requires_grad_(), maps[1]))


def test_positions_stay_precise_in_half_of_a_wide_map():
    module = DySample(8).to(torch.bfloat16)
    coarse = torch.linspace(-1, 1, 333).expand(1, 8, 4, 333)
    low = module(coarse.bfloat16(), torch.zeros(1, 8, 8, 666).bfloat16())
    expected = F.interpolate(coarse.bfloat16().float(), (8, 666), mode='bilinear')
    torch.testing.assert_close(low.float(), expected, rtol=2**-7, atol=2**-9)


@pytest.mark.parametrize(
    ('options', 'parameters', 'products'),
    [
        (LP, 4_128, 33.6e6),
        (LP_DYNAMIC, 8_224, 67.1e6),
        (PL, 528, 16.8e6),
        (PL_DYNAMIC, 1_040, 33.6e6),
        (dict(form='pl', groups=4), 264, 8.4e6),
        (dict(form='pl', groups=4, dynamic_scope=True), 520, 16.8e6),
    ],
    ids=str,
)
def test_costs_are_those_of_the_original(options, parameters, products):
    module = DySample(128, **options)
    assert sum(p.numel() for p in module.parameters()) == parameters
    # Without gradients the bilinear resizing of offsets is no matrix product.
    counted = SHARE_OF_COSTS * count_products(module, *maps_of_costs(128))
    assert counted == pytest.approx(products, rel=0.01)


def test_widths_that_do_not_divide_are_refused_with_the_fix():
    with pytest.raises(ValueError, match=r'channels=6 and groups=4; set groups to a divisor of 6'):
        DySample(6)
    with pytest.raises(ValueError, match=r"4 divides, got 6; take form='lp'"):
        DySample(6, form='pl', groups=2)
    with pytest.raises(ValueError, match=r"form must be one of \['lp', 'pl'\], got 'lpg4'"):
        DySample(8, form='lpg4')
