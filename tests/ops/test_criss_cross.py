import pytest
import torch
from reference.criss_cross import criss_cross_by_loops
from torch import nn

from mmseg_scr.ops.criss_cross import criss_cross_attention


def _operands(height=4, width=5, batch=2, depth=3, value_depth=6, dtype=torch.float64):
    depths = (depth, depth, value_depth)
    return [torch.randn(batch, c, height, width, dtype=dtype) for c in depths]


@pytest.mark.parametrize('batch', [1, 3])
@pytest.mark.parametrize('size', [(4, 5), (5, 2), (1, 6), (6, 1), (1, 1)])
def test_equals_the_loop_over_pixels(size, batch):
    operands = _operands(*size, batch=batch)
    torch.testing.assert_close(criss_cross_attention(*operands), criss_cross_by_loops(*operands))


def test_a_lone_pixel_returns_its_value():
    q, k, v = _operands(1, 1)
    torch.testing.assert_close(criss_cross_attention(q, k, v), v)


def test_equal_logits_average_the_cross_with_the_own_pixel_once():
    q, k, v = _operands()
    y = criss_cross_attention(torch.zeros_like(q), k, v)
    cross = v.sum(2, keepdim=True) + v.sum(3, keepdim=True) - v
    torch.testing.assert_close(y, cross / (4 + 5 - 1))


@pytest.mark.parametrize('size', [(3, 2), (1, 3), (3, 1)])
def test_gradients_of_all_operands(size):
    operands = [t.requires_grad_() for t in _operands(*size, depth=2, value_depth=2)]
    assert torch.autograd.gradcheck(criss_cross_attention, operands)


@pytest.mark.parametrize('batch', [1, 2])
def test_memory_layout_does_not_matter(batch):
    operands = _operands(batch=batch)
    expected = criss_cross_attention(*operands)
    last = [t.contiguous(memory_format=torch.channels_last) for t in operands]
    swapped = [t.transpose(2, 3).contiguous().transpose(2, 3) for t in operands]
    strided = [t.repeat_interleave(2, dim=3)[..., ::2] for t in operands]
    for layout in (last, swapped, strided):
        torch.testing.assert_close(criss_cross_attention(*layout), expected)


@pytest.mark.parametrize('dtype', [torch.bfloat16, torch.float16])
def test_low_precision_is_that_of_the_operands_alone(dtype):
    operands = [3 * t for t in _operands(depth=16)]
    low = [t.to(dtype) for t in operands]
    y = criss_cross_attention(*low)
    assert y.dtype == dtype
    torch.testing.assert_close(y.double(), criss_cross_by_loops(*low), rtol=2**-7, atol=2**-7)


def test_logits_beyond_the_range_of_float16_stay_finite():
    q, _, v = (t.half() for t in _operands(depth=64))
    assert criss_cross_attention(60 * q, 60 * q, v).isfinite().all()


def test_autocast_does_not_lower_the_precision(device):
    operands = [3 * t.float() for t in _operands(depth=16)]
    with torch.autocast(device.type, torch.bfloat16):
        y = criss_cross_attention(*operands)
    torch.testing.assert_close(y, criss_cross_attention(*operands))


@pytest.mark.parametrize('dtype', [torch.float32, torch.bfloat16])
@pytest.mark.parametrize('batch', [1, 3])
def test_only_the_weights_and_one_copy_of_each_operand_are_kept_for_the_gradient(batch, dtype):
    height, width, depth, value_depth = 6, 10, 4, 32
    operands = _operands(height, width, batch, depth, value_depth, dtype)
    kept = []  # the tensors themselves: a freed address could be handed out again
    with torch.autograd.graph.saved_tensors_hooks(lambda t: kept.append(t) or t, id):
        criss_cross_attention(*(t.requires_grad_() for t in operands))
    storages = {t.untyped_storage().data_ptr(): t.untyped_storage().nbytes() for t in kept}
    pixels = batch * height * width
    assert sum(storages.values()) == 4 * pixels * ((height + width) + 2 * depth + value_depth)


def test_exported_program_takes_any_size():
    class Attention(nn.Module):
        def forward(self, q, k, v):
            return criss_cross_attention(q, k, v)

    free = {2: torch.export.Dim('height', min=2), 3: torch.export.Dim('width', min=2)}
    program = torch.export.export(Attention(), tuple(_operands()), dynamic_shapes=[free] * 3)
    for size in [(4, 5), (2, 9), (8, 3), (7, 7)]:
        operands = _operands(*size)
        y = program.module()(*operands)
        torch.testing.assert_close(y, criss_cross_attention(*operands))
