import pytest
import torch
from builders.counting import count_products
from builders.field import check_row, field_wave, fill_in_order
from builders.fill import fill_parameters
from builders.inputs import WIDTHS, stage_maps
from mmseg.models.decode_heads import ASPPHead
from reference.convolution import convolve_by_loops
from reference.crm import pointwise, pool_to
from torch.nn import functional as F

from mmseg_scr.contexts import ASPP
from mmseg_scr.ops.stages import concat_stages

BN = dict(type='BN')
PLAIN = dict(type='DilatedBranch')
SEPARABLE = dict(type='SeparableBranch')
POINTWISE = dict(type='ConcatConvModule', kernel_size=1)
COST_INPUT = 1, 1024, 32, 64


def _count(module):
    return sum(p.numel() for p in module.parameters())


def _doubles(batch, image_size=(65, 97)):
    return [stage.double() for stage in stage_maps(batch, image_size)]


def _finish(norm, x):
    return F.batch_norm(x, norm.running_mean, norm.running_var, norm.weight, norm.bias).relu()


def test_golden_numbers_of_mmsegs_head():
    aspp = ASPP([32], 16, norm_cfg=BN, rates=(2, 3), branch=PLAIN).double().eval()
    layers = (aspp.mean, aspp.point, *aspp.dilated, aspp.projection)
    fill_in_order(layer for module in layers for layer in (module.conv, module.norm))
    out = aspp([field_wave(2, 32, 6, 8, seed=0.4)])
    assert out.shape == (2, 16, 6, 8)
    check_row(
        out,
        *(89.64321, 0.05836147, 89.64321),
        *(0.1076505, 0.004688688, 0.09568511, 0.0007548997),
    )


@pytest.mark.filterwarnings('ignore:Default ``avg_non_ignore``')
@pytest.mark.parametrize('training', [False, True])
@pytest.mark.parametrize('align_corners', [False, True])
def test_equals_mmsegs_head_with_plain_branches(training, align_corners):
    aspp = ASPP(WIDTHS, 6, norm_cfg=BN, rates=(2, 5), branch=PLAIN, dropout_ratio=0)
    aspp = fill_parameters(aspp).double()
    head = ASPPHead(
        dilations=(1, 2, 5),
        in_channels=sum(WIDTHS),
        channels=6,
        num_classes=3,
        norm_cfg=BN,
        align_corners=align_corners,
    ).double()
    theirs = (head.image_pool[1], *head.aspp_modules, head.bottleneck)
    ours = (aspp.mean, aspp.point, *aspp.dilated, aspp.projection)
    for one, other in zip(ours, theirs, strict=True):
        other.conv.load_state_dict(one.conv.state_dict())
        other.norm.load_state_dict(one.norm.state_dict())
    stages = _doubles(3)
    expected = head.train(training)._forward_feature([concat_stages(stages)])
    torch.testing.assert_close(aspp.train(training)(stages), expected)


@pytest.mark.parametrize('projection', [POINTWISE, dict(POINTWISE, kernel_size=3)])
@pytest.mark.parametrize('branch', [PLAIN, SEPARABLE])
def test_equals_the_loops(branch, projection):
    """The rate of 4 reaches over the border of the map of 3x4 pixels from everywhere."""
    aspp = ASPP(WIDTHS, 3, norm_cfg=BN, rates=(2, 4), branch=branch, projection=projection)
    aspp = fill_parameters(aspp, scale=0.1).double().eval()
    stages = _doubles(1)
    x = torch.cat([pool_to(stage, (3, 4)) for stage in stages], 1)
    mean = _finish(aspp.mean.norm, pointwise(pool_to(x, (1, 1)), aspp.mean.conv.weight))
    point = _finish(aspp.point.norm, pointwise(x, aspp.point.conv.weight))
    maps = [mean.expand(-1, -1, 3, 4), point]
    for part, rate in zip(aspp.dilated, (2, 4), strict=True):
        if branch is SEPARABLE:
            each, all_ = part
            y = convolve_by_loops(x, each.conv.weight, rate=rate, groups=sum(WIDTHS))
            y = pointwise(_finish(each.norm, y), all_.conv.weight)
            maps.append(_finish(all_.norm, y))
        else:
            maps.append(_finish(part.norm, convolve_by_loops(x, part.conv.weight, rate=rate)))
    expected = convolve_by_loops(torch.cat(maps, 1), aspp.projection.conv.weight)
    torch.testing.assert_close(aspp(stages), _finish(aspp.projection.norm, expected))


def test_parameters_and_products_are_those_of_the_originals():
    for branch, width, parameters, millions in (
        (PLAIN, 1024, 4_539_904, 9026.3),
        (PLAIN, 512, 2_639_360, 5268.1),
        (SEPARABLE, 1024, 1_427_968, 2640.4),
    ):
        with torch.device('meta'):
            aspp = ASPP([width], 128, norm_cfg=BN, branch=branch).eval()
            x = torch.empty(1, width, 32, 64)
        assert _count(aspp) == parameters
        assert count_products(aspp, [x]) / 1e6 == pytest.approx(millions, rel=0.01)


def test_the_separable_form_at_rates_for_stride_32_is_the_default():
    aspp = ASPP([8], 4, norm_cfg=BN)
    rates = [part[0].conv.dilation for part in aspp.dilated]
    assert rates == [(3, 3), (6, 6), (9, 9)]
    assert aspp.projection.conv.kernel_size == (3, 3)


def test_a_rate_below_one_is_refused():
    for rates, shown in (((3, 0), r'\(3, 0\)'), ((1.5,), r'\(1\.5,\)'), (6, '6'), ('36', "'36'")):
        message = rf'rates of ASPP must be whole numbers of 1 or more, got {shown}$'
        with pytest.raises(ValueError, match=message):
            ASPP(WIDTHS, 6, norm_cfg=BN, rates=rates)


def test_a_branch_with_a_rate_of_its_own_is_refused():
    message = r'takes its rate from rates=\(3, 6, 9\), got rate=2 for all of them; set rates'
    with pytest.raises(ValueError, match=message):
        ASPP(WIDTHS, 6, norm_cfg=BN, branch=dict(PLAIN, rate=2))


def test_a_part_of_another_kind_is_no_branch():
    with pytest.raises(TypeError, match='branch of ASPP cannot be CRM'):
        ASPP(WIDTHS, 6, norm_cfg=BN, branch=dict(type='CRM'))
    with pytest.raises(TypeError, match='projection of ASPP cannot be SRM'):
        ASPP(WIDTHS, 6, norm_cfg=BN, projection=dict(type='SRM'))


def test_dropout_zeroes_single_values_in_training_only():
    assert ASPP(WIDTHS, 8, norm_cfg=BN).dropout.p == 0.1  # as mmseg's head has it
    aspp = ASPP(WIDTHS, 32, norm_cfg=BN, dropout_ratio=0.5)
    torch.nn.init.constant_(aspp.projection.norm.bias, 5)  # nothing is cut off by the ReLU
    stages = stage_maps(4, (256, 256))
    alive = (aspp(stages) > 0).float()
    assert 0.4 < alive.mean() < 0.6
    assert alive.flatten(2).any(2).all()
    assert torch.equal(aspp.eval()(stages), aspp(stages))


def test_only_the_mean_of_a_single_image_takes_running_statistics():
    aspp = ASPP(WIDTHS, 6, norm_cfg=BN)
    aspp(stage_maps(1))
    norms = (aspp.mean.norm, aspp.point.norm, *(part[0].norm for part in aspp.dilated))
    assert [int(norm.num_batches_tracked) for norm in norms] == [0, 1, 1, 1, 1]


@pytest.mark.parametrize('branch', [PLAIN, SEPARABLE])
def test_gradients_are_exact(branch):
    aspp = fill_parameters(ASPP([3, 4], 2, norm_cfg=BN, rates=(1, 2), branch=branch))
    aspp = aspp.double().eval()
    stages = [torch.randn(1, 3, 4, 6).double(), torch.randn(1, 4, 2, 3).double()]
    stages = [stage.requires_grad_() for stage in stages]
    assert torch.autograd.gradcheck(lambda *stages: aspp(stages), stages)


@pytest.mark.parametrize('branch', [PLAIN, SEPARABLE])
def test_gradient_reaches_every_parameter(branch):
    aspp = ASPP(WIDTHS, 8, norm_cfg=BN, branch=branch, dropout_ratio=0)
    out = aspp(stage_maps(4, (128, 160)))
    (out - torch.randn_like(out)).square().sum().backward()
    assert [name for name, p in aspp.named_parameters() if not p.grad.any()] == []
