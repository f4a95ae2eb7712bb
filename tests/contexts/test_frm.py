import pytest
import torch
from builders.fill import fill_parameters
from builders.inputs import stage_maps
from reference.crm import depthwise, non_local, pointwise, pool_to
from torch.nn import functional as F

from mmseg_scr.contexts import FRM

BN = dict(type='BN')
WIDTHS = [4, 8, 12, 8]


@pytest.mark.parametrize('image_size', [(64, 96), (65, 97)])
def test_equals_eq_1_to_3_in_loops(image_size):
    frm = fill_parameters(FRM(WIDTHS, 6, norm_cfg=BN), scale=0.2).double().eval()
    stages = [stage.double() for stage in stage_maps(1, image_size, WIDTHS)]
    x = torch.cat([pool_to(stage, tuple(stages[-1].shape[2:])) for stage in stages], 1)
    dnl = frm.spatial_attention
    convs = (dnl.query, dnl.key, dnl.unary, dnl.value)
    x = x + non_local(x, *((conv.weight, conv.bias) for conv in convs))
    expand, mix, _, project = frm.feed_forward.layers
    hidden = depthwise(pointwise(x, expand.weight, expand.bias), mix.weight, mix.bias)
    x = x + pointwise(hidden.clamp(min=0), project.weight, project.bias)
    x = pointwise(x, frm.reduce.conv.weight)
    norm = frm.reduce.norm
    x = F.batch_norm(x, norm.running_mean, norm.running_var, norm.weight, norm.bias)
    torch.testing.assert_close(frm(stages), x.relu())


def test_values_of_the_attention_keep_the_full_width():
    dnl = FRM([64, 128, 320, 512], 128, norm_cfg=BN).spatial_attention
    widths = [conv.out_channels for conv in (dnl.query, dnl.key, dnl.value)]
    assert widths == [256, 256, 1024]
    assert not list(dnl.out.parameters())


def test_stages_of_hrnet_w18_whose_sum_divides_by_nothing():
    frm = FRM([18, 36, 72, 144], 6, norm_cfg=BN)
    assert frm(stage_maps(2, (64, 96), [18, 36, 72, 144])).shape == (2, 6, 2, 3)
    assert frm.spatial_attention.value.out_channels == 270


def test_parameter_count_follows_from_the_widths():
    dnl = 2 * 1024 * 256 + 1024 + 1024 * 1024 + 1024
    feed_forward = 1024 * 128 + 128 + 9 * 128 + 128 + 128 * 1024 + 1024
    reduce = 1024 * 128 + 2 * 128
    frm = FRM([64, 128, 320, 512], 128, norm_cfg=BN)
    assert sum(p.numel() for p in frm.parameters()) == dnl + feed_forward + reduce


def test_every_parameter_learns_from_the_second_step():
    frm = FRM(WIDTHS, 8, norm_cfg=BN)
    optimizer = torch.optim.SGD(frm.parameters(), lr=0.1)
    target = torch.randn(4, 8, 4, 4)
    for _ in range(2):
        optimizer.zero_grad()
        (frm(stage_maps(4, (128, 128), WIDTHS)) - target).square().mean().backward()
        optimizer.step()
    assert [name for name, p in frm.named_parameters() if not p.grad.any()] == []
