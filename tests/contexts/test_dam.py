import pytest
import torch
from builders.fill import fill_conv, fill_parameters, wave
from builders.golden import check_golden
from builders.inputs import WIDTHS, stage_maps
from mmseg.models.decode_heads.da_head import CAM, PAM
from reference.crm import pointwise, pool_to
from torch.nn import functional as F

from mmseg_scr.contexts import DAM
from mmseg_scr.contexts.dam import ChannelAttention
from mmseg_scr.layers import GatedAttention
from mmseg_scr.ops.attention import pixel_attention

BN = dict(type='BN')
MSCAN_S = [64, 128, 320, 512]


def _count(module):
    return sum(p.numel() for p in module.parameters())


def _softmax(logits):
    exponents = torch.exp(logits - logits.max(-1, keepdim=True).values)
    return exponents / exponents.sum(-1, keepdim=True)


def _attend_pixels(attention, x):
    convs = (attention.query, attention.key, attention.value)
    q, k, v = (pointwise(x, conv.weight, conv.bias).flatten(2) for conv in convs)
    weights = _softmax(torch.einsum('bci,bcj->bij', q, k))
    y = torch.einsum('bij,bcj->bci', weights, v)
    return x + attention.gamma.scale * y.reshape(x.shape)


def _attend_channels(attention, x):
    energy = torch.einsum('bchw,bdhw->bcd', x, x)
    weights = _softmax(energy.max(-1, keepdim=True).values - energy)
    return x + attention.gamma.scale * torch.einsum('bcd,bdhw->bchw', weights, x)


def _convolve(module, x):
    x = F.conv2d(x, module.conv.weight, padding=1)
    norm = module.norm
    return F.batch_norm(x, norm.running_mean, norm.running_var, norm.weight, norm.bias).relu()


def _branch(branch, attend, x):
    first, attention, *last = branch
    x = attend(attention, _convolve(first, x))
    return _convolve(last[0], x) if last else x


def test_golden_numbers_of_the_original_position_attention():
    attention = GatedAttention(16, pixel_attention).double()
    for conv, seed in ((attention.query, 0.1), (attention.key, 0.2), (attention.value, 0.3)):
        fill_conv(conv, seed, factor=20)
    torch.nn.init.constant_(attention.gamma.scale, 0.5)
    first, last = (0.22575, 0.62823, 0.95689, 1.17481), (-0.43707, -0.76836)
    check_golden(attention(wave(2, 16, 5, 4)), 29.60787, 442.28574, first, last)


def test_golden_numbers_of_the_original_channel_attention():
    attention = ChannelAttention().double()
    torch.nn.init.constant_(attention.gamma.scale, 0.5)
    first, last = (-0.00126, 0.08524, 0.16021, 0.2135), (-0.09317, -0.16653)
    check_golden(attention(0.3 * wave(2, 16, 5, 4)), 1.48942, 97.04627, first, last)


def test_position_attention_equals_mmsegs():
    own = fill_parameters(GatedAttention(16, pixel_attention))
    theirs = PAM(in_channels=16, channels=2)
    for ours, name in ((own.query, 'query'), (own.key, 'key'), (own.value, 'value')):
        getattr(theirs, f'{name}_project').load_state_dict(ours.state_dict())
    theirs.gamma.load_state_dict(own.gamma.state_dict())
    x = torch.randn(2, 16, 5, 7)
    torch.testing.assert_close(own(x), theirs(x))


def test_channel_attention_equals_mmsegs():
    own, theirs = fill_parameters(ChannelAttention()), CAM()
    theirs.load_state_dict(own.state_dict())
    x = torch.randn(2, 16, 5, 7)
    torch.testing.assert_close(own(x), theirs(x))


@pytest.mark.parametrize('last_convs', [False, True])
def test_equals_the_restatement_with_explicit_matrices(last_convs):
    dam = fill_parameters(DAM(WIDTHS, 16, norm_cfg=BN, last_convs=last_convs), scale=0.2)
    stages = [stage.double() for stage in stage_maps(2, (65, 97))]
    x = torch.cat([pool_to(stage, (3, 4)) for stage in stages], 1)
    dam = dam.double().eval()
    position = _branch(dam.position, _attend_pixels, x)
    channel = _branch(dam.channel, _attend_channels, x)
    torch.testing.assert_close(dam(stages), position + channel)


@pytest.mark.parametrize('attention', [GatedAttention(6, pixel_attention), ChannelAttention()])
def test_attention_is_the_identity_at_the_start_of_training(attention, device):
    x = torch.randn(2, 6, 3, 4)
    assert torch.equal(attention.to(device)(x), x)


def test_a_channel_gathers_those_unlike_it():
    attention = ChannelAttention()
    torch.nn.init.ones_(attention.gamma.scale)
    x = torch.stack([torch.full((4, 4), value) for value in (3.0, 3.0, -3.0)])[None]
    torch.testing.assert_close(attention(x)[0, :, 0, 0], torch.tensor([0.0, 0.0, 0.0]))


@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16])
def test_products_beyond_the_range_of_half_precision_are_taken_in_float32(dtype, device):
    attention = fill_parameters(ChannelAttention())
    half = 4 * torch.randn(1, 4, 80, 80).to(dtype)
    x = torch.cat([half, -half], dim=1)  # products with the opposite are the large logits
    assert float(x.float().square().sum((2, 3)).min()) > torch.finfo(torch.float16).max
    exact = attention(x.float())
    with torch.autocast(device.type, dtype):
        y = attention(x)
        kept = attention(x.float())
    assert y.dtype == dtype
    torch.testing.assert_close(y.float(), exact, rtol=0.02, atol=0.02)
    torch.testing.assert_close(kept, exact)


def test_logits_of_pixels_are_float32_under_autocast(device):
    attention = fill_parameters(GatedAttention(64, pixel_attention), scale=1.0)
    x = 100 * torch.randn(1, 64, 4, 4)
    with torch.autocast(device.type, torch.float16):
        assert attention(x).isfinite().all()


def test_parameter_counts_on_the_stages_of_mscan_s():
    assert _count(GatedAttention(128, pixel_attention)) == 20_641
    assert _count(DAM(MSCAN_S, 128, norm_cfg=BN)) == 2 * 1_179_904 + 20_641 + 1
    original = DAM(MSCAN_S, 128, norm_cfg=BN, last_convs=True)
    assert _count(original) == 2 * 1_179_904 + 20_641 + 1 + 295_424


@pytest.mark.parametrize('last_convs', [False, True])
def test_every_parameter_learns_once_the_gammas_are_not_zero(last_convs):
    dam = DAM(WIDTHS, 16, norm_cfg=BN, last_convs=last_convs)
    for branch in (dam.position, dam.channel):
        torch.nn.init.constant_(branch[1].gamma.scale, 0.5)
    (dam(stage_maps(4, (128, 128))) - torch.randn(4, 16, 4, 4)).square().mean().backward()
    assert [name for name, p in dam.named_parameters() if not p.grad.any()] == []
