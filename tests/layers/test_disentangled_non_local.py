import pytest
import torch
from builders.fill import fill_conv, fill_parameters, wave
from builders.golden import check_golden
from mmseg.models.decode_heads.dnl_head import DisentangledNonLocal2d as MMSegBlock
from reference.crm import non_local, pointwise
from torch import nn

from mmseg_scr.layers import DisentangledNonLocal2d
from mmseg_scr.probes import looking_inside
from mmseg_scr.probes.attention import attention_statistics


def test_golden_numbers_of_mmsegs_block_without_scale_and_temperature():
    """Biases of query, key and unary drop out of their softmax, so leaving them out is exact."""
    block = DisentangledNonLocal2d(16, reduction=4)
    seeds = dict(query=0.1, key=0.2, value=0.3, unary=0.4, out=0.5)
    for name, seed in seeds.items():
        fill_conv(getattr(block, name), seed, factor=20)
    x = wave(2, 16, 5, 4).float()
    check_golden(x + block(x), 55.92637, 597.07719, [1.05458, 1.45181, 1.74546, 1.8968])


def test_equals_mmsegs_block_with_its_weights():
    block = fill_parameters(DisentangledNonLocal2d(16, reduction=4)).double()
    theirs = MMSegBlock(
        in_channels=16, reduction=4, use_scale=False, mode='embedded_gaussian', temperature=1.0
    ).double()
    pairs = dict(query='theta', key='phi', value='g', out='conv_out')
    with torch.no_grad():
        for own, other in pairs.items():
            conv = getattr(theirs, other).conv
            conv.weight.copy_(getattr(block, own).weight)
            if getattr(block, own).bias is not None:
                conv.bias.copy_(getattr(block, own).bias)
        theirs.conv_mask.weight.copy_(block.unary.weight)
    x = torch.randn(2, 16, 5, 7, dtype=torch.float64)
    torch.testing.assert_close(x + block(x), theirs(x))


def test_equals_eq_8_and_9_in_loops():
    block = fill_parameters(DisentangledNonLocal2d(8, reduction=2)).double()
    x = torch.randn(2, 8, 3, 4, dtype=torch.float64)
    convs = (block.query, block.key, block.unary, block.value)
    attended = non_local(x, *((conv.weight, conv.bias) for conv in convs))
    expected = pointwise(attended, block.out.weight, block.out.bias)
    torch.testing.assert_close(block(x), expected)


@pytest.mark.parametrize('similarity', ['scaled_dot', 'cosine'])
def test_other_similarities_equal_theirs_in_loops(similarity):
    block = fill_parameters(DisentangledNonLocal2d(8, reduction=2, similarity=similarity)).double()
    x = torch.randn(2, 8, 3, 4, dtype=torch.float64)
    convs = (block.query, block.key, block.unary, block.value)
    pairs = [(conv.weight, conv.bias) for conv in convs]
    attended = non_local(x, *pairs, similarity=similarity)
    expected = pointwise(attended, block.out.weight, block.out.bias)
    torch.testing.assert_close(block(x), expected)


def test_cosines_do_not_saturate_however_large_the_weights_are():
    x = torch.randn(1, 16, 6, 6)
    largest = {}
    for similarity in ('dot', 'cosine'):
        block = fill_parameters(DisentangledNonLocal2d(16, similarity=similarity), scale=30)
        with looking_inside(block) as inside:
            block(x)
        largest[similarity] = attention_statistics(inside.attentions[''])['largest_weight']
    assert largest['dot'] > 0.99
    assert largest['cosine'] < 0.5


def test_another_similarity_is_refused():
    with pytest.raises(ValueError, match="'euclid'"):
        DisentangledNonLocal2d(8, similarity='euclid')


def test_golden_numbers_of_the_original_with_values_of_full_width():
    block = DisentangledNonLocal2d(16, reduction=4, value_channels=16).double()
    for name, seed in dict(query=0.1, key=0.2, value=0.3, unary=0.4).items():
        fill_conv(getattr(block, name), seed, factor=20)
    nn.init.zeros_(block.value.bias)
    y = block(wave(2, 16, 5, 4))
    check_golden(y, 10.14191, 249.40445, [1.03894, 1.10496, 1.11365, 1.07001])


def test_without_whitening_equals_plain_pairwise_and_unary_attention():
    block = fill_parameters(DisentangledNonLocal2d(8, reduction=2, whiten=False)).double()
    x = torch.randn(1, 8, 3, 4, dtype=torch.float64)
    q, k, m, v = (
        conv(x).flatten(2).transpose(1, 2)
        for conv in (block.query, block.key, block.unary, block.value)
    )
    attended = (q @ k.transpose(1, 2)).softmax(2) @ v + m.softmax(1).transpose(1, 2) @ v
    expected = block.out(attended.transpose(1, 2).reshape(1, 4, 3, 4))
    torch.testing.assert_close(block(x), expected)
    block.whiten = True
    assert not torch.allclose(block(x), expected)


@pytest.mark.parametrize('similarity', ['dot', 'cosine'])
@pytest.mark.parametrize('size', [(5, 7), (1, 1), (1, 4)])
def test_adds_nothing_at_the_start_of_training(size, similarity):
    assert not DisentangledNonLocal2d(16, similarity=similarity)(torch.randn(1, 16, *size)).any()


def test_weights_start_as_in_the_original():
    block = DisentangledNonLocal2d(256)
    for conv in (block.query, block.key, block.value, block.unary):
        torch.testing.assert_close(conv.weight.std().item(), 0.01, rtol=0.15, atol=0)
    assert not block.value.bias.any()


def test_output_convolution_learns_from_the_first_step_and_the_rest_from_the_second():
    block = DisentangledNonLocal2d(16)
    x = torch.randn(2, 16, 4, 4)
    (x + block(x)).square().sum().backward()
    assert block.out.weight.grad.any()
    with torch.no_grad():
        block.out.weight -= 0.01 * block.out.weight.grad
    block.zero_grad()
    (x + block(x)).square().sum().backward()
    silent = [name for name, p in block.named_parameters() if not p.grad.any()]
    assert silent == []


def test_parameter_count_is_the_published_one_without_the_dead_biases():
    count = sum(p.numel() for p in DisentangledNonLocal2d(1024, reduction=4).parameters())
    assert count == 1_051_393 - (256 + 256 + 1)


def test_scaled_features_in_half_precision_stay_finite(device):
    block = fill_parameters(DisentangledNonLocal2d(16), scale=0.1)
    x = 1000 * torch.randn(2, 16, 5, 5)
    for dtype in (torch.float16, torch.bfloat16):
        with torch.autocast(device.type, dtype):
            assert block(x.clamp(-3000, 3000)).isfinite().all()


@pytest.mark.parametrize('size', [(1, 1), (8, 8)])
def test_equal_pixels_in_a_half_model_stay_finite(size):
    """What is centred is zero, and half precision has no epsilon that keeps a length from it."""
    block = fill_parameters(DisentangledNonLocal2d(16, similarity='cosine'), scale=0.1).half()
    x = torch.ones(1, 16, *size, dtype=torch.float16, requires_grad=True)
    y = block(x)
    y.sum().backward()
    assert y.isfinite().all()
    assert x.grad.isfinite().all()


@pytest.mark.parametrize(
    ('channels', 'width'), [(1024, 256), (720, 180), (16, 4), (270, 72), (18, 8), (3, 8)]
)
def test_width_of_queries_is_exact_where_it_divides_and_else_rounded_up_to_8(channels, width):
    block = DisentangledNonLocal2d(channels)
    assert [conv.out_channels for conv in (block.query, block.key, block.value)] == [width] * 3


def test_indivisible_width_equals_eq_8_and_9_in_loops():
    block = fill_parameters(DisentangledNonLocal2d(6, reduction=4)).double()
    x = torch.randn(1, 6, 3, 2, dtype=torch.float64)
    convs = (block.query, block.key, block.unary, block.value)
    attended = non_local(x, *((conv.weight, conv.bias) for conv in convs))
    expected = pointwise(attended, block.out.weight, block.out.bias)
    torch.testing.assert_close(block(x), expected)
