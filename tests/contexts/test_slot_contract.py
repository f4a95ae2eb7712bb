"""What every context must do, whatever its method."""

import pytest
import torch
from builders.gpu_autocast import NEEDS_RECENT_TORCH, gpu_autocast
from builders.inputs import ODD_SIZES, WIDTHS, stage_maps

from mmseg_scr import contexts
from mmseg_scr.slots import build_slot

SHARED = dict(in_channels=WIDTHS, channels=6, norm_cfg=dict(type='BN'), align_corners=False)


def build(name, **shared):
    return build_slot('context', dict(type=name), contexts.__all__, **SHARED | shared)


@pytest.fixture(params=contexts.__all__)
def context(request):
    return build(request.param)


@pytest.mark.parametrize('image_size', ODD_SIZES)
@pytest.mark.parametrize('training', [False, True])
def test_result_has_the_size_of_the_last_map(context, image_size, training):
    stages = stage_maps(2, image_size)
    top = context.train(training)(stages)
    assert top.shape == (2, 6, *stages[-1].shape[2:])


def test_a_single_image_works_in_evaluation_and_training(context):
    stages = stage_maps(1)
    assert context.eval()(stages).isfinite().all()
    assert context.train()(stages).isfinite().all()


def test_a_single_image_with_a_single_pixel_works_in_training(context):
    stages = stage_maps(1, (32, 32))
    top = context.train()(stages)
    assert top.shape == (1, 6, 1, 1)
    assert top.isfinite().all()


@pytest.mark.parametrize('name', contexts.__all__)
def test_instance_normalisation_works_or_is_refused_when_it_is_built(name):
    norm_cfg = dict(type='IN')
    if name in ('ASPP', 'DAPPM', 'PPM'):
        with pytest.raises(ValueError, match=f'{name} normalises the mean .* InstanceNorm2d'):
            build(name, norm_cfg=norm_cfg)
    else:
        assert build(name, norm_cfg=norm_cfg)(stage_maps(1)).isfinite().all()


def test_images_of_a_batch_do_not_mix_in_evaluation(context):
    stages = stage_maps(2)
    alone = context.eval()([stage[1:] for stage in stages])
    torch.testing.assert_close(context(stages)[1:], alone)


def test_bfloat16_is_close_to_float32(context):
    stages = stage_maps(2)
    low = context.eval().bfloat16()([stage.bfloat16() for stage in stages])
    assert low.dtype == torch.bfloat16
    torch.testing.assert_close(low.float(), context.float()(stages), rtol=0.05, atol=0.05)


def test_autocast_leaves_the_map_in_half_precision(context, device):
    stages = [stage.bfloat16() for stage in stage_maps(2)]
    with torch.autocast(device.type, torch.bfloat16):
        assert context(stages).dtype == torch.bfloat16


@NEEDS_RECENT_TORCH
@pytest.mark.parametrize('name', contexts.__all__)
def test_autocast_of_a_gpu_leaves_the_map_in_half_precision(name):
    with gpu_autocast():
        top = build(name)([stage.half() for stage in stage_maps(2)])
    assert top.dtype == torch.float16


def test_gradient_reaches_the_last_map(context):
    stages = [stage.requires_grad_() for stage in stage_maps(2)]
    context(stages).square().sum().backward()
    assert stages[-1].grad.isfinite().all()
    assert stages[-1].grad.any()


def test_state_dict_restores_the_result(context):
    stages = stage_maps(2)
    context(stages)  # moves running statistics away from their start
    twin = build(type(context).__name__)
    twin.load_state_dict(context.state_dict())
    assert torch.equal(twin.eval()(stages), context.eval()(stages))


def test_input_maps_are_left_as_they_were(context):
    stages = stage_maps(2)
    before = [stage.clone() for stage in stages]
    context(stages)
    assert all(torch.equal(a, b) for a, b in zip(before, stages, strict=True))
