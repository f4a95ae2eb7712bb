import pytest
import torch
from reference.warp import resample_by_loops
from torch.nn import functional as F

from mmseg_scr.ops import resize
from mmseg_scr.ops.resize import pixel_and_share, resize_bilinear

SIZES = [((3, 4), (5, 9)), ((1, 1), (4, 3)), ((1, 3), (2, 3)), ((5, 7), (3, 4)), ((2, 3), (8, 12))]


@pytest.mark.parametrize('learns', [True, False])
@pytest.mark.parametrize('align_corners', [False, True])
@pytest.mark.parametrize(('source', 'target'), SIZES)
def test_equals_a_resizing_by_loops(source, target, align_corners, learns):
    x = torch.randn(1, 2, *source, dtype=torch.float64)
    resized = resize_bilinear(x.clone().requires_grad_(learns), target, align_corners=align_corners)
    expected = resample_by_loops(x, target, align_corners)
    torch.testing.assert_close(resized, expected, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize('layout', [torch.contiguous_format, torch.channels_last])
@pytest.mark.parametrize('side', [12, resize.LONGEST_SIDE_OF_PRODUCTS + 1])
def test_gradient_equals_that_of_torch(side, layout):
    x = torch.randn(2, 3, side, 9, dtype=torch.float64).to(memory_format=layout).requires_grad_()
    target = (2 * side, 17)
    weights = torch.randn(2, 3, *target, dtype=torch.float64)
    (gradient,) = torch.autograd.grad(resize_bilinear(x, target), x, weights)
    (expected,) = torch.autograd.grad(F.interpolate(x, target, mode='bilinear'), x, weights)
    torch.testing.assert_close(gradient, expected, rtol=1e-10, atol=1e-10)


def test_first_and_second_derivative():
    x = torch.randn(1, 2, 3, 4, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda x: resize_bilinear(x, (5, 9)), x)
    assert torch.autograd.gradgradcheck(lambda x: resize_bilinear(x, (5, 9)).square(), x)


def test_a_map_of_the_size_is_returned_as_it_is():
    x = torch.randn(1, 2, 3, 4)
    assert resize_bilinear(x, (3, 4)) is x


@pytest.mark.parametrize('dtype', [torch.bfloat16, torch.float16])
def test_half_precision_gives_what_torch_gives(dtype):
    x = torch.randn(1, 2, 3, 4).to(dtype).requires_grad_()
    assert torch.equal(resize_bilinear(x, (5, 9)), F.interpolate(x, (5, 9), mode='bilinear'))


def test_autocast_rounds_nothing(device):
    x = torch.randn(1, 2, 3, 4, requires_grad=True)
    with torch.autocast(device.type, torch.bfloat16):
        resized = resize_bilinear(x, (5, 9))
    torch.testing.assert_close(resized, F.interpolate(x, (5, 9), mode='bilinear'))


@pytest.mark.cpu_only('other devices take the operator')
def test_nothing_is_kept_for_the_gradient_but_the_weights():
    x = torch.randn(2, 16, 12, 12, requires_grad=True)
    kept = []
    with torch.autograd.graph.saved_tensors_hooks(lambda t: kept.append(t) or t, lambda t: t):
        resize_bilinear(x, (24, 24))
    assert kept
    assert sum(t.untyped_storage().nbytes() for t in kept) <= 4 * 2 * 12 * 24


@pytest.mark.parametrize('align_corners', [False, True])
@pytest.mark.parametrize(('source', 'target'), [(4, 9), (5, 3), (1, 4), (6, 1), (4, 4)])
def test_the_place_of_a_resized_pixel_is_where_a_ramp_has_its_value(source, target, align_corners):
    ramp = torch.arange(source, dtype=torch.float64).view(1, 1, 1, -1)
    resized = F.interpolate(ramp, (1, target), mode='bilinear', align_corners=align_corners)
    pixels = torch.arange(target, dtype=torch.float64)
    low, share = pixel_and_share(pixels, source, target, align_corners)
    torch.testing.assert_close(low + share, resized.flatten())
    assert ((low >= 0) & (low <= source - 1) & (share >= 0) & (share < 1)).all()
    assert torch.equal(low, low.floor())


@pytest.mark.cpu_only('other devices take the operator')
def test_what_a_trace_records_is_torchs_operator_for_any_size():
    """Also where gradients are on, as in mmengine's counter of operations."""

    def double(x):
        return resize_bilinear(x, (2 * x.shape[2], 2 * x.shape[3]))

    x = torch.randn(1, 2, 3, 4, requires_grad=True)
    traced = torch.jit.trace(double, x)
    kinds = {node.kind() for node in traced.inlined_graph.nodes()}
    assert 'aten::upsample_bilinear2d' in kinds
    assert not kinds & {'aten::bmm', 'aten::matmul'}
    other = torch.randn(3, 2, 5, 7)
    assert torch.equal(traced(other), double(other))
