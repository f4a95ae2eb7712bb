import pytest
import torch
from builders.fill import conv_bias, conv_weight, wave
from builders.golden import check_golden
from reference.attention import attend_by_loops
from torch.nn import functional as F

from mmseg_scr.ops.attention import disentangled_attention, pixel_attention


def _operands(batch=2, pixels=7, width=4, value_width=4):
    shapes = [(pixels, width), (pixels, width), (pixels, value_width), (pixels,)]
    return [torch.randn(batch, *shape, dtype=torch.float64) for shape in shapes]


@pytest.mark.parametrize('pixels', [1, 2, 9])
@pytest.mark.parametrize('value_width', [4, 6])
def test_equals_the_explicit_matrix_of_eq_8_and_9(pixels, value_width):
    operands = _operands(pixels=pixels, value_width=value_width)
    torch.testing.assert_close(disentangled_attention(*operands), attend_by_loops(*operands))


def test_golden_numbers_of_the_original_block_without_its_residual():
    x = wave(2, 16, 5, 4)
    q, k, v, unary = (
        F.conv2d(x, conv_weight((width, 16, 1, 1), seed, 20), bias).flatten(2).transpose(1, 2)
        for width, seed, bias in [
            (4, 0.1, conv_bias(4, 0.1)),
            (4, 0.2, conv_bias(4, 0.2)),
            (16, 0.3, None),
            (1, 0.4, conv_bias(1, 0.4)),
        ]
    )
    y = disentangled_attention(*(t.float() for t in (q, k, v, unary[..., 0])))
    check_golden(y.transpose(1, 2), 10.14191, 249.40445, [1.03894, 1.10496, 1.11365, 1.07001])


def test_rows_of_weights_sum_to_two():
    q, k, v, unary = _operands()
    y = disentangled_attention(q, k, torch.ones_like(v), unary)
    torch.testing.assert_close(y, torch.full_like(y, 2))


def test_constants_added_to_query_key_and_unary_change_nothing():
    """Why the module's convolutions of the three carry no bias."""
    q, k, v, unary = _operands()
    shifted = disentangled_attention(q + 3, k - 2, v, unary + 5)
    torch.testing.assert_close(shifted, disentangled_attention(q, k, v, unary))


def test_gradients_of_all_operands():
    operands = [t.requires_grad_() for t in _operands(batch=1, pixels=4, width=3, value_width=3)]
    assert torch.autograd.gradcheck(disentangled_attention, operands)


def test_large_bfloat16_queries_are_centred_in_float32():
    """A mean near 100 has a spacing of 0.5 in bfloat16, which would move the logits by units."""
    q = (100 + 3 * torch.randn(1, 6, 64)).bfloat16()
    k = torch.randn(1, 6, 64).bfloat16()
    v, unary = torch.randn(1, 6, 64).bfloat16(), torch.randn(1, 6).bfloat16()
    y = disentangled_attention(q, k, v, unary)
    assert y.dtype == torch.bfloat16
    exact = attend_by_loops(q, k, v, unary)
    torch.testing.assert_close(y.double(), exact, rtol=2**-7, atol=2**-7)


def test_float16_queries_beyond_its_range_stay_finite():
    q = (60 * torch.randn(1, 8, 256)).half()
    v = torch.randn(1, 8, 256).half()
    assert float((q.float() @ q.float().mT).max()) > torch.finfo(torch.float16).max
    assert disentangled_attention(q, q, v, torch.zeros(1, 8).half()).isfinite().all()


def test_autocast_does_not_lower_the_precision(device):
    operands = [10 * t.float() for t in _operands(pixels=9)]
    with torch.autocast(device.type, torch.bfloat16):
        y = disentangled_attention(*operands)
    torch.testing.assert_close(y, disentangled_attention(*operands))


@pytest.mark.parametrize('pixels_first', [True, False])
def test_no_matrix_of_all_pairs_is_kept_for_the_gradient(pixels_first):
    pixels, width = 512, 8
    shape = (1, pixels, width) if pixels_first else (1, width, pixels)
    maps = [torch.rand(shape, requires_grad=True) for _ in range(3)]
    q, k, v = maps if pixels_first else (x.transpose(1, 2) for x in maps)
    sizes = []
    with torch.autograd.graph.saved_tensors_hooks(lambda t: sizes.append(t.numel()) or t, id):
        disentangled_attention(q, k, v, torch.rand(1, pixels))
    assert max(sizes) <= pixels * width


class TestPixelAttention:
    def test_equals_the_explicit_matrix(self):
        q, k = (torch.randn(2, 3, 4, 5, dtype=torch.float64) for _ in range(2))
        v = torch.randn(2, 6, 4, 5, dtype=torch.float64)
        expected = torch.zeros_like(v).flatten(2)
        for b in range(2):
            for i in range(20):
                logits = q[b].flatten(1)[:, i] @ k[b].flatten(1)
                weights = logits.exp() / logits.exp().sum()
                expected[b, :, i] = (weights * v[b].flatten(1)).sum(dim=1)
        torch.testing.assert_close(pixel_attention(q, k, v).flatten(2), expected)

    def test_single_pixel_keeps_its_value(self):
        v = torch.randn(1, 6, 1, 1)
        assert torch.equal(pixel_attention(*torch.randn(2, 1, 3, 1, 1), v), v)

    def test_logits_beyond_the_range_of_float16_stay_finite(self):
        q = 60 * torch.randn(1, 64, 3, 3).half()
        assert pixel_attention(q, q, torch.randn(1, 8, 3, 3).half()).isfinite().all()
