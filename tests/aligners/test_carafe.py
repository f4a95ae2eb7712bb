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

from mmseg_scr.aligners import CARAFE

ROWS = {
    (8, 12): (
        *(5.901317, 0.0009605009, 618.3455),
        *(-0.01891627, -0.07904628, 0.09263874, -0.008380325),
    ),
    (7, 11): (
        *(3.657298, 0.0007421466, 476.6054),
        *(-0.01891627, -0.2139068, 0.02791686, -0.008380325),
    ),
}


def _by_loops(carafe, coarse, size):
    """The kernel of every fine pixel, read from the encoder's map place by place."""
    encoded = carafe.encoder(carafe.compress(coarse))  # channel k * 4 + 2 i + j
    (h, w), (height, width) = coarse.shape[2:], size
    logits = torch.zeros(coarse.shape[0], 25, *size, dtype=encoded.dtype)
    for row in range(height):
        for column in range(width):
            y, x = (2 * row + 1) * 2 * h // (2 * height), (2 * column + 1) * 2 * w // (2 * width)
            place = 2 * (y % 2) + x % 2
            logits[:, :, row, column] = encoded[:, place::4, y // 2, x // 2]
    return reassemble_by_loops(coarse, logits.softmax(1))


@pytest.mark.parametrize('size', ROWS)
def test_golden_numbers(size):
    carafe = CARAFE(32).double()
    fill_in_order([carafe.compress, carafe.encoder])
    check_row(carafe(*golden_maps(size)), *ROWS[size])


@pytest.mark.parametrize(
    ('coarse', 'fine'),
    [((3, 4), (6, 8)), ((23, 2), (45, 4)), ((2, 3), (8, 12)), ((3, 4), (3, 4)), ((1, 1), (1, 1))],
)
def test_equals_the_loops_at_any_ratio(coarse, fine):
    carafe = fill_parameters(CARAFE(8, width=4)).double()
    maps = random_maps(coarse, fine)
    torch.testing.assert_close(carafe(*maps), _by_loops(carafe, maps[0], fine))


def test_new_module_is_nearly_a_box_blur_of_nearest_upsampling():
    coarse, fine = random_maps((6, 7), (12, 14), channels=32)
    nearest = F.interpolate(coarse, scale_factor=2, mode='nearest')
    # 5x5 coarse pixels around each: two more on every side.
    blurred = F.avg_pool2d(F.pad(coarse, (2,) * 4), 5, 1).repeat_interleave(2, 2)
    blurred = blurred.repeat_interleave(2, 3)
    aligned = CARAFE(32).double()(coarse, fine)
    assert (aligned - blurred).abs().mean() < 0.01
    assert (aligned - nearest).abs().mean() > 0.1


def test_initial_values_are_those_of_the_original():
    carafe = CARAFE(128)
    assert not carafe.compress.bias.any()
    assert not carafe.encoder.bias.any()
    assert carafe.compress.weight.abs().max() <= (6 / (128 + 64)) ** 0.5
    assert carafe.compress.weight.std().item() == pytest.approx((2 / (128 + 64)) ** 0.5, rel=0.05)
    assert carafe.encoder.weight.std().item() == pytest.approx(0.001, rel=0.05)


def test_constant_map_stays_constant_inside_and_darkens_at_the_border():
    aligned = fill_parameters(CARAFE(8), scale=0.1).double()(*constant_maps())
    torch.testing.assert_close(interior(aligned), interior(torch.ones_like(aligned)))
    assert (aligned[:, :, 0, 0] < 0.9).all()


def test_gradients():
    carafe = fill_parameters(CARAFE(2, width=2)).double()
    for fine in ((4, 6), (3, 5)):
        maps = random_maps((2, 3), fine, channels=2, batch=1)
        inputs = (maps[0].requires_grad_(), maps[1])
        assert torch.autograd.gradcheck(carafe, inputs)


def test_costs_are_those_of_the_original():
    assert sum(p.numel() for p in CARAFE(128).parameters()) == 65_956
    assert sum(p.numel() for p in CARAFE(256).parameters()) == 74_148
    products = SHARE_OF_COSTS * count_products(CARAFE(128), *maps_of_costs(128))
    assert products + 25 * 128 * 128 * 256 == pytest.approx(643.8e6, rel=1e-4)


@pytest.mark.parametrize('size', [(16, 32), (15, 31)])
def test_no_unfolded_map_is_kept_for_the_gradient(size):
    carafe = CARAFE(64)
    unfolded = 4 * 25 * 64 * size[0] * size[1]
    coarse, fine = maps_of_costs(64, size)
    assert kept_bytes(carafe, coarse.requires_grad_(), fine) < 0.05 * unfolded


def test_a_width_below_one_is_refused():
    with pytest.raises(ValueError, match='width of CARAFE must be 1 or more, got 0'):
        CARAFE(4, width=0)
