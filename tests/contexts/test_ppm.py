import pytest
import torch
from builders.fill import fill_conv, fill_parameters, wave
from builders.golden import check_golden
from builders.inputs import WIDTHS, stage_maps
from mmseg.models.decode_heads import PSPHead
from reference.crm import pointwise, pool_to
from torch.nn import functional as F

from mmseg_scr.contexts import PPM
from mmseg_scr.ops.stages import concat_stages

BN = dict(type='BN')
ODD_IMAGES = [(65, 97), (250, 380)]


def _doubles(batch, image_size):
    return [stage.double() for stage in stage_maps(batch, image_size)]


def _evaluated(norm, x):
    return F.batch_norm(x, norm.running_mean, norm.running_var, norm.weight, norm.bias)


def test_grids_of_more_than_one_cell_take_instance_normalisation():
    ppm = PPM([8], 4, norm_cfg=dict(type='IN'), scales=(2, 3))
    assert ppm([wave(1, 8, 7, 5).float()]).isfinite().all()


def test_golden_numbers_of_the_original_code():
    ppm = PPM([8], 4, norm_cfg=BN).double().eval()
    for branch, seed in zip(ppm.branches, (0.1, 0.2, 0.3, 0.4), strict=True):
        fill_conv(branch.conv, seed)
    fill_conv(ppm.bottleneck.conv, 0.9)
    out = ppm([wave(1, 8, 7, 5)])
    assert out.shape == (1, 4, 7, 5)
    check_golden(out, 0.27781, 0.27781, (0.00145, 0.00345, 0.00497, 0.00581))


def test_parameter_counts_are_those_of_the_original():
    for width, count in ((512, 394_496), (1024, 722_176)):
        assert sum(p.numel() for p in PPM([width], 128, norm_cfg=BN).parameters()) == count


@pytest.mark.parametrize('image_size', ODD_IMAGES)
def test_equals_upsampling_and_concatenating_in_loops(image_size):
    ppm = fill_parameters(PPM(WIDTHS, 6, norm_cfg=BN, scales=(1, 4))).double().eval()
    stages = _doubles(1, image_size)
    size = tuple(stages[-1].shape[2:])
    x = torch.cat([pool_to(stage, size) for stage in stages], 1)
    maps = []
    for branch, scale in zip(ppm.branches, (1, 4), strict=True):
        pooled = pointwise(pool_to(x, (scale, scale)), branch.conv.weight)
        pooled = _evaluated(branch.norm, pooled)
        maps.append(F.interpolate(pooled, size, mode='bilinear', align_corners=True))
    mixed = pointwise(torch.cat([*maps, x], 1), ppm.bottleneck.conv.weight)
    expected = _evaluated(ppm.bottleneck.norm, mixed).relu()
    torch.testing.assert_close(ppm(stages), expected)


@pytest.mark.filterwarnings('ignore:When align_corners=True')
@pytest.mark.filterwarnings('ignore:Default ``avg_non_ignore``')
@pytest.mark.parametrize('training', [False, True])
@pytest.mark.parametrize('image_size', ODD_IMAGES)
def test_equals_mmsegs_head_without_branch_relu_and_with_a_pointwise_bottleneck(
    image_size, training
):
    ppm = fill_parameters(PPM(WIDTHS, 6, norm_cfg=BN, dropout_ratio=0)).double()
    width = sum(WIDTHS)
    head = PSPHead(
        in_channels=width, channels=6, num_classes=3, norm_cfg=BN, align_corners=True
    ).double()
    for ours, (_, theirs) in zip(ppm.branches, head.psp_modules, strict=True):
        theirs.with_activation = False
        theirs.conv.load_state_dict(ours.conv.state_dict())
        theirs.norm.load_state_dict(ours.norm.state_dict())
    # Theirs concatenates the input first and convolves 3x3; here only the central tap is not zero.
    tap = ppm.bottleneck.conv.weight.detach().roll(width, dims=1)
    head.bottleneck.conv.weight.data = F.pad(tap, (1, 1, 1, 1))
    head.bottleneck.norm.load_state_dict(ppm.bottleneck.norm.state_dict())

    stages = _doubles(3, image_size)
    expected = head.train(training)._forward_feature([concat_stages(stages)])
    torch.testing.assert_close(ppm.train(training)(stages), expected)


def test_dropout_zeroes_whole_channels_in_training_only():
    assert PPM(WIDTHS, 8, norm_cfg=BN).dropout.p == 0.1  # as the original has it
    ppm = PPM(WIDTHS, 32, norm_cfg=BN, dropout_ratio=0.5)
    torch.nn.init.ones_(ppm.bottleneck.norm.bias)  # few channels that the ReLU cuts off as a whole
    stages = stage_maps(4)
    alive = ppm(stages).flatten(2).any(2)
    assert 0.3 < alive.float().mean() < 0.7
    assert torch.equal(ppm.eval()(stages), ppm(stages))


def test_gradient_reaches_every_parameter():
    ppm = PPM(WIDTHS, 8, norm_cfg=BN, dropout_ratio=0)
    out = ppm(stage_maps(4, (128, 160)))
    (out - torch.randn_like(out)).square().sum().backward()
    assert [name for name, p in ppm.named_parameters() if not p.grad.any()] == []


def test_single_image_trains_with_running_statistics_in_the_branch_of_one_pixel_only():
    ppm = PPM(WIDTHS, 6, norm_cfg=BN)
    out = ppm(stage_maps(1))
    (out - torch.randn_like(out)).square().sum().backward()
    assert out.isfinite().all()
    assert all(p.grad.isfinite().all() for p in ppm.parameters())
    updates = [int(branch.norm.num_batches_tracked) for branch in ppm.branches]
    assert updates == [0, 1, 1, 1]
