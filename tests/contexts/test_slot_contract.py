"""What every context must do, whatever its method."""

import pytest
import torch
from builders.inputs import ODD_SIZES, WIDTHS, stage_maps

from mmseg_scr import contexts
from mmseg_scr.slots import build_slot

SHARED = dict(in_channels=WIDTHS, channels=6, norm_cfg=dict(type='BN'), align_corners=False)


@pytest.fixture(params=contexts.__all__)
def context(request):
    return build_slot('context', dict(type=request.param), contexts.__all__, **SHARED)


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


def test_images_of_a_batch_do_not_mix_in_evaluation(context):
    stages = stage_maps(2)
    alone = context.eval()([stage[1:] for stage in stages])
    torch.testing.assert_close(context(stages)[1:], alone)


def test_bfloat16_is_close_to_float32(context):
    stages = stage_maps(2)
    low = context.eval().bfloat16()([stage.bfloat16() for stage in stages])
    assert low.dtype == torch.bfloat16
    torch.testing.assert_close(low.float(), context.float()(stages), rtol=0.05, atol=0.05)


def test_gradient_reaches_the_last_map(context):
    stages = [stage.requires_grad_() for stage in stage_maps(2)]
    context(stages).square().sum().backward()
    assert stages[-1].grad.isfinite().all()
    assert stages[-1].grad.any()


def test_state_dict_restores_the_result(context):
    stages = stage_maps(2)
    context(stages)  # moves running statistics away from their start
    cfg = dict(type=type(context).__name__)
    twin = build_slot('context', cfg, contexts.__all__, **SHARED)
    twin.load_state_dict(context.state_dict())
    assert torch.equal(twin.eval()(stages), context.eval()(stages))


def test_input_maps_are_left_as_they_were(context):
    stages = stage_maps(2)
    before = [stage.clone() for stage in stages]
    context(stages)
    assert all(torch.equal(a, b) for a, b in zip(before, stages, strict=True))
