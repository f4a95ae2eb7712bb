import pytest
import torch
from builders.fill import fill_conv, fill_parameters, wave
from builders.golden import check_golden
from builders.inputs import WIDTHS, stage_maps
from mmcv.cnn import ConvModule
from mmseg.models.utils import ppm

from mmseg_scr.contexts import DAPPM
from mmseg_scr.contexts.dappm import PreActivationConv
from mmseg_scr.ops.stages import concat_stages

BN = dict(type='BN')


def _parts(module, kind):
    return [part for part in module.modules() if isinstance(part, kind)]


def _reference_with_weights_of(dappm, in_channels, branch_channels, channels):
    reference = ppm.DAPPM(in_channels, branch_channels, channels, num_scales=5).double()
    pairs = zip(_parts(dappm, PreActivationConv), _parts(reference, ConvModule), strict=True)
    for ours, theirs in pairs:
        theirs.conv.load_state_dict(ours.conv.state_dict())
        theirs.norm.load_state_dict(ours.norm.state_dict())
    return reference


def test_golden_numbers_of_the_original_code():
    dappm = DAPPM([8], 6, norm_cfg=BN, branch_channels=4).double().eval()
    seeds = [0.1, 0.2, 0.3, 0.4, 0.5, 1.1, 1.2, 1.3, 1.4, 2.0, 2.1]
    convs = [dappm.finest, *dappm.scales, *dappm.processes, dappm.compression, dappm.shortcut]
    for part, seed in zip(convs, seeds, strict=True):
        fill_conv(part.conv, seed)
    out = dappm([wave(1, 8, 12, 10)])
    assert out.shape == (1, 6, 12, 10)
    first, last = (-0.00222, -0.00238, -0.00085, 0.01196), (0.00697, -0.00477)
    check_golden(out, -0.54203, 9.40576, first, last)


def test_parameter_counts_are_those_of_the_original():
    for width, count in ((512, 1_073_408), (1024, 1_472_768)):
        assert sum(p.numel() for p in DAPPM([width], 128, norm_cfg=BN).parameters()) == count


@pytest.mark.parametrize('training', [False, True])
@pytest.mark.parametrize('image_size', [(65, 97), (250, 380), (720, 720), (32, 32)])
def test_equals_mmsegs_module_on_the_concatenated_stages(image_size, training):
    dappm = fill_parameters(DAPPM(WIDTHS, 6, norm_cfg=BN, branch_channels=5)).double()
    reference = _reference_with_weights_of(dappm, sum(WIDTHS), 5, 6)
    stages = [stage.double() for stage in stage_maps(3, image_size)]
    expected = reference.train(training)(concat_stages(stages))
    torch.testing.assert_close(dappm.train(training)(stages), expected)


def test_branches_are_as_wide_as_the_result_by_default():
    dappm = DAPPM(WIDTHS, 6, norm_cfg=BN)
    assert {part.conv.out_channels for part in _parts(dappm, PreActivationConv)} == {6}


def test_weights_start_at_the_scale_of_the_original_code():
    dappm = DAPPM([256], 64, norm_cfg=BN)
    for part, fan_out in ((dappm.compression, 64), (dappm.processes[0], 9 * 64)):
        assert part.conv.weight.std().item() == pytest.approx((2 / fan_out) ** 0.5, rel=0.05)


def test_gradient_reaches_every_parameter():
    dappm = DAPPM(WIDTHS, 8, norm_cfg=BN)
    out = dappm(stage_maps(4, (128, 160)))
    (out - torch.randn_like(out)).square().sum().backward()
    assert [name for name, p in dappm.named_parameters() if not p.grad.any()] == []


def test_single_image_trains_with_running_statistics_where_one_pixel_is_left_only():
    dappm = DAPPM(WIDTHS, 6, norm_cfg=BN)
    out = dappm(stage_maps(1, (320, 480)))  # pooled to 5 x 8, 3 x 4, 2 x 2 and 1 x 1
    (out - torch.randn_like(out)).square().sum().backward()
    assert out.isfinite().all()
    assert all(p.grad.isfinite().all() for p in dappm.parameters())
    updates = [int(scale.norm.num_batches_tracked) for scale in dappm.scales]
    assert updates == [1, 1, 1, 0]


def test_single_image_with_a_last_map_of_one_pixel_trains():
    dappm = DAPPM(WIDTHS, 6, norm_cfg=BN)
    out = dappm(stage_maps(1, (32, 32)))
    out.square().sum().backward()
    assert all(p.grad.isfinite().all() for p in dappm.parameters())


def test_export_is_good_above_256_pixels_a_side_and_never_wrong_below():
    """A window of stride 8 leaves one pixel there, which guards of torch 2.14 tell from several."""
    context = fill_parameters(DAPPM(WIDTHS, 6, norm_cfg=BN), scale=0.1).eval()
    free, maps = dict.fromkeys((0, 2, 3), torch.export.Dim.DYNAMIC), stage_maps(2, (520, 600))
    program = torch.export.export(context, (maps,), dynamic_shapes=([free] * 4,)).module()
    for batch, size in [(1, (257, 360)), (3, (512, 290))]:
        maps = stage_maps(batch, size)
        torch.testing.assert_close(program(maps), context(maps), rtol=1e-5, atol=1e-5)
    maps = stage_maps(1, (256, 320))
    if torch.__version__ >= '2.7':
        with pytest.raises(AssertionError, match='Guard failed'):
            program(maps)
    else:
        torch.testing.assert_close(program(maps), context(maps), rtol=1e-5, atol=1e-5)
