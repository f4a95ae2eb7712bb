import pytest
import torch
from builders.fill import fill_conv, fill_parameters, wave
from builders.golden import check_golden
from builders.inputs import WIDTHS, stage_maps
from reference.criss_cross import criss_cross_by_loops
from reference.crm import pointwise, pool_to
from torch.nn import functional as F

from mmseg_scr.contexts import CCAM, CRM
from mmseg_scr.layers import GatedAttention
from mmseg_scr.ops.criss_cross import criss_cross_attention

BN = dict(type='BN')
MSCAN_S = [64, 128, 320, 512]


def _count(module):
    return sum(p.numel() for p in module.parameters())


def _attend(attention, x):
    convs = (attention.query, attention.key, attention.value)
    operands = (pointwise(x, conv.weight, conv.bias) for conv in convs)
    return x + attention.gamma.scale * criss_cross_by_loops(*operands)


def _convolve(module, x):
    x = F.conv2d(x, module.conv.weight, padding=1)
    norm = module.norm
    x = F.batch_norm(x, norm.running_mean, norm.running_var, norm.weight, norm.bias)
    return torch.where(x > 0, x, 0.01 * x)


def test_golden_numbers_of_the_original_attention_once_and_twice():
    attention = GatedAttention(16, criss_cross_attention).double()
    for conv, seed in ((attention.query, 0.1), (attention.key, 0.2), (attention.value, 0.3)):
        fill_conv(conv, seed, factor=20)
    torch.nn.init.constant_(attention.gamma.scale, 0.5)
    once = attention(wave(2, 16, 5, 4))
    first, last = (0.31217, 0.69748, 1.02696, 1.25797), (-0.4995, -0.81755)
    check_golden(once, 29.54998, 443.14524, first, last)
    first, last = (0.86524, 1.27473, 1.62757, 1.87217), (-0.56756, -0.94661)
    check_golden(attention(once), 56.62307, 555.43234, first, last)


@pytest.mark.parametrize('concat_input', [False, True])
@pytest.mark.parametrize('recurrence', [1, 2])
def test_equals_the_restatement_in_loops(recurrence, concat_input):
    options = dict(recurrence=recurrence, concat_input=concat_input)
    ccam = fill_parameters(CCAM(WIDTHS, 16, norm_cfg=BN, **options), scale=0.2).double().eval()
    stages = [stage.double() for stage in stage_maps(2, (65, 97))]
    x = torch.cat([pool_to(stage, (3, 4)) for stage in stages], 1)
    expected = _convolve(ccam.reduce, x)
    for _ in range(recurrence):
        expected = _attend(ccam.attention, expected)
    expected = _convolve(ccam.refine, expected)
    if concat_input:
        expected = _convolve(ccam.bottleneck[0], torch.cat([x, expected], 1))
    torch.testing.assert_close(ccam(stages), expected)


def test_a_pixel_sees_its_cross_after_one_round_and_all_others_after_two():
    attention = fill_parameters(GatedAttention(8, criss_cross_attention))
    x = torch.randn(1, 8, 4, 5, requires_grad=True)
    once = attention(x)
    for y, seen in ((once, 4 + 5 - 1), (attention(once), 4 * 5)):
        (gradient,) = torch.autograd.grad(y[0, :, 1, 2].sum(), x, retain_graph=True)
        assert int(gradient[0].any(0).sum()) == seen


def test_attention_is_the_identity_at_the_start_of_training():
    x = torch.randn(2, 6, 3, 4)
    assert torch.equal(GatedAttention(6, criss_cross_attention)(x), x)


@pytest.mark.parametrize(('channels', 'count'), [(128, 20_641), (256, 82_241), (512, 328_321)])
def test_parameter_counts_of_the_original_attention(channels, count):
    assert _count(GatedAttention(channels, criss_cross_attention)) == count


def test_no_round_of_attention_is_refused():
    with pytest.raises(ValueError, match='recurrence of CCAM must be 1 or more, got 0'):
        CCAM([8], 8, norm_cfg=dict(type='BN'), recurrence=0)


def test_rounds_share_their_weights():
    counts = {_count(CCAM(WIDTHS, 8, norm_cfg=BN, recurrence=n)) for n in (1, 2, 3)}
    assert len(counts) == 1


def test_parameter_counts_on_the_stages_of_mscan_s():
    ccam = CCAM(MSCAN_S, 128, norm_cfg=BN)
    assert _count(ccam) == (9 * 1024 * 128 + 256) + 20_641 + (9 * 128 * 128 + 256)
    original = CCAM(MSCAN_S, 128, norm_cfg=BN, concat_input=True)
    assert _count(original) - _count(ccam) == 9 * (1024 + 128) * 128 + 256


@pytest.mark.parametrize(('concat_input', 'millions'), [(False, 15.21), (True, 16.53)])
def test_parameters_of_the_whole_model_with_the_published_crm_exchanged(concat_input, millions):
    with_crm = 15.487e6
    context = CCAM(MSCAN_S, 128, norm_cfg=BN, concat_input=concat_input)
    whole = with_crm - _count(CRM(MSCAN_S, 128, norm_cfg=BN)) + _count(context)
    assert whole == pytest.approx(1e6 * millions, abs=0.01e6)


@pytest.mark.parametrize('concat_input', [False, True])
def test_every_parameter_learns_from_the_second_step(concat_input):
    ccam = CCAM(WIDTHS, 16, norm_cfg=BN, concat_input=concat_input)
    stages = stage_maps(4, (128, 128))
    optimizer = torch.optim.SGD(ccam.parameters(), lr=0.1)
    for _ in range(2):
        optimizer.zero_grad()
        (ccam(stages) - torch.randn(4, 16, 4, 4)).square().mean().backward()
        optimizer.step()
    assert [name for name, p in ccam.named_parameters() if not p.grad.any()] == []


def test_only_the_bottleneck_drops_channels_and_only_in_training():
    ccam = CCAM(WIDTHS, 64, norm_cfg=BN, concat_input=True)
    stages = stage_maps(2)
    dropped = (ccam.train()(stages) == 0).flatten(2).all(2)
    assert 0 < int(dropped.sum()) < 64
    assert not (ccam.eval()(stages) == 0).flatten(2).all(2).any()
