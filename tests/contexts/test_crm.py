import pytest
import torch
from builders.fill import fill_parameters
from builders.gpu_autocast import NEEDS_RECENT_TORCH, gpu_autocast
from builders.inputs import stage_maps
from reference.crm import channel_attention, concatenate, depthwise, non_local, pointwise
from torch import nn
from torch.nn import functional as F

from mmseg_scr.contexts import CRM
from mmseg_scr.contexts.crm import MultiStageChannelAttention
from mmseg_scr.probes.summary import factor_statistics

BN = dict(type='BN')
LITERAL = dict(similarity='dot', stage_norm=False, factor_norm=False)
LITERAL_LINES = "similarity='dot', stage_norm=False, factor_norm=False"
OTHER_LINES = 'stage_norm={}, .* the similarity and factor_norm that they were trained with'
WIDTHS = [16, 16, 32, 48]
HRNET_W18 = [18, 36, 72, 144]


def _as_convs(mlp):
    """The weight and bias of both layers of a perceptron, as 1x1 convolutions."""
    layers = [layer for layer in mlp if hasattr(layer, 'weight')]
    return tuple((layer.weight[:, :, None, None], layer.bias) for layer in layers)


def _attended_channels(attention, stages):
    per_stage = [_as_convs(mlp) for mlp in attention.per_stage]
    return channel_attention(stages, per_stage, _as_convs(attention.fuse), norm=attention.norm)


def _of(conv):
    return conv.weight, conv.bias


def _normalized(stages, norm):
    """The pooled stages, each channel standardised by its running statistics."""
    column = (value.reshape(1, -1, 1, 1) for value in (norm.running_mean, norm.running_var))
    mean, variance = column
    x = (concatenate(stages) - mean) / (variance + norm.eps).sqrt()
    x = x * norm.weight.reshape(1, -1, 1, 1) + norm.bias.reshape(1, -1, 1, 1)
    return x.split([stage.shape[1] for stage in stages], dim=1)


def _oracle(crm, stages):
    """Eq. 5-9 and the feed-forward block of Fig. 6 with the parameters of `crm`."""
    dnl = crm.spatial_attention
    stages = _normalized(stages, crm.stage_norm) if crm.stage_norm else stages
    x = _attended_channels(crm.channel_attention, stages)
    read = concatenate(stages) if crm.parallel else x
    convs = (_of(conv) for conv in (dnl.query, dnl.key, dnl.unary, dnl.value))
    attended = non_local(read, *convs, similarity=dnl.similarity)
    x = x + pointwise(attended, *_of(dnl.out))
    if hasattr(crm.feed_forward, 'layers'):
        expand, mix, _, project = crm.feed_forward.layers
        hidden = depthwise(pointwise(x, *_of(expand)), *_of(mix)).clamp(min=0)
        x = x + pointwise(hidden, *_of(project))
    x = pointwise(x, *_of(crm.reduce.conv))
    norm = crm.reduce.norm
    x = F.batch_norm(x, norm.running_mean, norm.running_var, norm.weight, norm.bias)
    return x.relu()


@pytest.mark.parametrize('image_size', [(64, 96), (65, 97)])
def test_equals_eq_5_to_9_in_loops(image_size):
    crm = fill_parameters(CRM(WIDTHS, 6, norm_cfg=BN), scale=0.2).double().eval()
    stages = [stage.double() for stage in stage_maps(1, image_size, WIDTHS)]
    with torch.no_grad():
        torch.testing.assert_close(crm(stages), _oracle(crm, stages))


@pytest.mark.parametrize(
    'options',
    [
        dict(parallel=True),
        dict(hidden_channels=0),
        dict(similarity='scaled_dot'),
        dict(similarity='dot'),
        dict(factor_norm=False),
        LITERAL,
    ],
)
def test_other_forms_equal_theirs_in_loops(options):
    crm = fill_parameters(CRM(WIDTHS, 6, norm_cfg=BN, **options), scale=0.2).double().eval()
    whole = fill_parameters(CRM(WIDTHS, 6, norm_cfg=BN), scale=0.2).double().eval()
    for part in ('channel_attention', 'spatial_attention', 'reduce'):
        getattr(whole, part).load_state_dict(getattr(crm, part).state_dict())
    stages = [stage.double() for stage in stage_maps(1, (65, 97), WIDTHS)]
    with torch.no_grad():
        torch.testing.assert_close(crm(stages), _oracle(crm, stages))
        assert not torch.allclose(crm(stages), whole(stages), rtol=1e-3)


def test_whitening_may_be_left_out():
    crm = fill_parameters(CRM(WIDTHS, 6, norm_cfg=BN, whiten=False), scale=0.2).eval()
    stages = stage_maps(1, (65, 97), WIDTHS)
    plain = crm(stages)
    crm.spatial_attention.whiten = True
    assert not torch.allclose(crm(stages), plain, rtol=1e-3)


@pytest.mark.parametrize('norm', [False, True])
def test_channel_factors_equal_eq_5_in_loops_and_lie_between_zero_and_one(norm):
    attention = fill_parameters(MultiStageChannelAttention(WIDTHS, norm=norm), scale=0.5).double()
    stages = [torch.rand_like(stage).double() for stage in stage_maps(2, (65, 97), WIDTHS)]
    factors = attention(stages)
    assert factors.shape == (2, sum(WIDTHS), 1, 1)
    assert ((factors > 0) & (factors < 1)).all()
    # Of maps of ones, F_c is all ones and Eq. 6 leaves the factors.
    ones = [torch.ones_like(stage) for stage in stages]
    expected = _attended_channels(attention, ones)
    torch.testing.assert_close(attention(ones).expand_as(expected), expected)


def test_normalised_factors_neither_saturate_nor_stand_still_whatever_the_weights_are():
    stages = stage_maps(4, (65, 97), WIDTHS)
    for scale, is_normal in ((0.01, False), (3, False), (0.01, True), (3, True)):
        attention = MultiStageChannelAttention(WIDTHS, norm=is_normal)
        statistics = factor_statistics(fill_parameters(attention, scale=scale)(stages))
        sound = statistics['factor_saturated'] <= 0.05 and statistics['factor_std'] > 0.1
        assert sound == is_normal


def test_factors_depend_on_every_stage():
    attention = fill_parameters(MultiStageChannelAttention(WIDTHS, reduction=2), scale=0.5)
    stages = stage_maps(1, (64, 96), WIDTHS)
    for index in range(4):
        changed = [s + (i == index) for i, s in enumerate(stages)]
        assert not torch.equal(attention(changed), attention(stages))


def test_thin_stages_keep_four_hidden_channels():
    attention = MultiStageChannelAttention([4, 8], reduction=16)
    assert [mlp[0].out_features for mlp in attention.per_stage] == [4, 4]


def test_stages_of_hrnet_w18_whose_sum_divides_by_nothing():
    stages = stage_maps(2, (64, 96), HRNET_W18)
    crm = fill_parameters(CRM(HRNET_W18, 6, norm_cfg=BN), scale=0.1)
    assert crm(stages).shape == (2, 6, 2, 3)
    assert crm.spatial_attention.query.out_channels == 72


def test_parameter_counts_are_the_published_ones():
    attention = MultiStageChannelAttention([64, 128, 320, 512])
    assert sum(p.numel() for p in attention.parameters()) == 181_376
    crm = CRM([64, 128, 320, 512], 128, norm_cfg=BN)
    assert sum(p.numel() for p in crm.parameters()) == pytest.approx(1.63e6, rel=0.005)


def test_every_parameter_learns_from_the_second_step():
    crm = CRM(WIDTHS, 8, norm_cfg=BN)
    stages = stage_maps(4, (128, 128), WIDTHS)
    optimizer = torch.optim.SGD(crm.parameters(), lr=0.1)
    target = torch.randn(4, 8, 4, 4)
    for _ in range(2):
        optimizer.zero_grad()
        (crm(stages) - target).square().mean().backward()
        optimizer.step()
    assert [name for name, p in crm.named_parameters() if not p.grad.any()] == []


def _saved(crm, version):
    """What a file keeps of it, by its own version or by one that knew the literal form alone."""
    state = nn.ModuleDict(dict(context=crm)).state_dict()
    state._metadata['context']['version'] = version
    return state


@pytest.mark.parametrize(
    ('saved', 'version', 'built', 'lines'),
    [
        (LITERAL, 1, {}, LITERAL_LINES),
        (LITERAL, 1, dict(stage_norm=False), LITERAL_LINES),
        (LITERAL, 1, dict(LITERAL, factor_norm=True), LITERAL_LINES),
        (LITERAL, 2, {}, OTHER_LINES.format(False)),
        (dict(stage_norm=False), 2, {}, OTHER_LINES.format(False)),
        ({}, 2, LITERAL, OTHER_LINES.format(True)),
    ],
)
def test_weights_of_another_form_are_refused_with_the_lines_that_take_them(
    saved, version, built, lines
):
    state = _saved(CRM(WIDTHS, 6, norm_cfg=BN, **saved), version)
    model = nn.ModuleDict(dict(context=CRM(WIDTHS, 6, norm_cfg=BN, **built)))
    with pytest.raises(ValueError, match=f'of context belong to another form.*{lines}'):
        model.load_state_dict(state, strict=False)


@pytest.mark.parametrize(('options', 'version'), [(LITERAL, 1), (LITERAL, 2), ({}, 2)])
def test_weights_of_the_same_form_are_taken(options, version):
    crm = fill_parameters(CRM(WIDTHS, 6, norm_cfg=BN, **options))
    model = nn.ModuleDict(dict(context=CRM(WIDTHS, 6, norm_cfg=BN, **options)))
    model.load_state_dict(_saved(crm, version))
    assert torch.equal(model.context.reduce.conv.weight, crm.reduce.conv.weight)


def test_stage_norm_without_weights_takes_its_own_checkpoint():
    options = dict(norm_cfg=dict(type='IN'))  # mmcv's has neither weights nor statistics
    saved, built = (CRM(WIDTHS, 6, **options) for _ in range(2))
    built.load_state_dict(saved.state_dict())
    assert torch.equal(built.reduce.conv.weight, saved.reduce.conv.weight)


def test_weights_of_another_context_leave_it_as_it_is():
    crm = CRM(WIDTHS, 6, norm_cfg=BN)
    other = nn.ModuleDict(dict(context=nn.Conv2d(6, 6, 1)))
    nn.ModuleDict(dict(context=crm)).load_state_dict(other.state_dict(), strict=False)


@NEEDS_RECENT_TORCH
def test_autocast_of_a_gpu_calibrates_in_half_precision():
    with gpu_autocast():
        factors = MultiStageChannelAttention(WIDTHS, norm=True)(
            [stage.half() for stage in stage_maps(2, widths=WIDTHS)]
        )
    assert factors.dtype == torch.float16


def test_perceptrons_start_by_keeping_the_variance_of_what_passes():
    # He et al., arXiv 1502.01852: twice the inverse of the inputs, for a ReLU stops half.
    attention = MultiStageChannelAttention([512, 512, 1024])
    for perceptron in (*attention.per_stage, attention.fuse):
        for linear in perceptron[::2]:
            expected = (2 / linear.in_features) ** 0.5
            torch.testing.assert_close(linear.weight.std().item(), expected, rtol=0.05, atol=0)
            assert not linear.bias.any()


def test_stages_of_any_scale_give_the_same_result_in_training():
    torch.manual_seed(0)
    crm = fill_parameters(CRM(WIDTHS, 6, norm_cfg=BN), scale=0.1).train()
    stages = [torch.randn(2, c, s, s) for c, s in zip(WIDTHS, (32, 16, 8, 4), strict=True)]
    scaled = [50 * stage + 7 for stage in stages]
    torch.testing.assert_close(crm(scaled), crm(stages), atol=1e-3, rtol=1e-3)
