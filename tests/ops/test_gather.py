import pytest
import torch
from reference.warp import resample_by_loops
from torch.nn import functional as F

from mmseg_scr.ops.gather import gather_resized

SIZES = [
    ((5, 7), (9, 13)),
    ((23, 40), (45, 80)),
    ((1, 1), (4, 3)),
    ((1, 3), (1, 6)),
    ((4, 5), (4, 5)),
]


def _every_pixel(batch, size):
    count = size[0] * size[1]
    return torch.arange(batch).repeat_interleave(count), torch.arange(count).repeat(batch)


LAYOUTS = [torch.contiguous_format, torch.channels_last]


@pytest.mark.parametrize('layout', LAYOUTS)
@pytest.mark.parametrize('align_corners', [False, True])
@pytest.mark.parametrize(('source', 'target'), SIZES)
def test_equals_rows_of_the_resized_map(source, target, align_corners, layout):
    x = torch.randn(2, 3, *source, dtype=torch.float64).to(memory_format=layout)
    resized = F.interpolate(x, target, mode='bilinear', align_corners=align_corners)
    rows = gather_resized(x, *_every_pixel(2, target), target, align_corners=align_corners)
    torch.testing.assert_close(rows, resized.permute(0, 2, 3, 1).flatten(0, 2))


@pytest.mark.parametrize('align_corners', [False, True])
@pytest.mark.parametrize('target', [(5, 7), (3, 4), (2, 9), (1, 1)])
def test_equals_a_resizing_by_loops(target, align_corners):
    x = torch.randn(1, 2, 3, 4, dtype=torch.float64)
    rows = gather_resized(x, *_every_pixel(1, target), target, align_corners=align_corners)
    expected = resample_by_loops(x, target, align_corners)
    torch.testing.assert_close(rows, expected.permute(0, 2, 3, 1).flatten(0, 2))


def test_pixels_may_come_in_any_order_and_repeat():
    x = torch.randn(3, 2, 4, 4)
    image, pixel = torch.tensor([2, 0, 2]), torch.tensor([63, 10, 63])
    rows = gather_resized(x, image, pixel, (8, 8))
    resized = F.interpolate(x, (8, 8), mode='bilinear')
    torch.testing.assert_close(
        rows, torch.stack([resized[2, :, 7, 7], resized[0, :, 1, 2], rows[0]])
    )


def test_no_pixels_give_no_rows():
    none = torch.zeros(0, dtype=torch.long)
    assert gather_resized(torch.randn(1, 5, 2, 2), none, none, (4, 4)).shape == (0, 5)


@pytest.mark.parametrize('layout', LAYOUTS)
@pytest.mark.parametrize('target', [(3, 4), (5, 8)])
def test_gradient_of_the_map(target, layout):
    x = torch.randn(2, 2, 3, 4, dtype=torch.float64).to(memory_format=layout).requires_grad_()
    image, pixel = torch.tensor([0, 1, 1, 0]), torch.tensor([0, 3, 3, 11])
    assert torch.autograd.gradcheck(lambda x: gather_resized(x, image, pixel, target), x)


@pytest.mark.parametrize('layout', LAYOUTS)
@pytest.mark.parametrize('samples', [1, 64], ids=['few pixels of a map', 'many'])
@pytest.mark.parametrize('target', [(12, 16), (24, 31)])
def test_gradient_equals_that_of_resizing_and_keeps_the_layout(target, samples, layout):
    x = torch.randn(2, 3, 12, 16, dtype=torch.float64).to(memory_format=layout).requires_grad_()
    image = torch.randint(2, (samples,))
    pixel = torch.randint(target[0] * target[1], (samples,))
    rows = gather_resized(x, image, pixel, target)
    weights = torch.randn_like(rows)
    (gradient,) = torch.autograd.grad(rows, x, weights)
    resized = F.interpolate(x, target, mode='bilinear').flatten(2)[image, :, pixel]
    (expected,) = torch.autograd.grad(resized, x, weights)
    torch.testing.assert_close(rows, resized, rtol=1e-10, atol=1e-10)
    torch.testing.assert_close(gradient, expected, rtol=1e-10, atol=1e-10)
    if layout == torch.channels_last:
        assert gradient.is_contiguous(memory_format=layout)


@pytest.mark.parametrize('dtype', [torch.bfloat16, torch.float16])
def test_half_precision_maps_are_interpolated_in_float32(dtype):
    x = torch.randn(1, 3, 5, 7).to(dtype)
    rows = gather_resized(x, *_every_pixel(1, (9, 13)), (9, 13))
    assert rows.dtype == torch.float32
    torch.testing.assert_close(rows, gather_resized(x.float(), *_every_pixel(1, (9, 13)), (9, 13)))
