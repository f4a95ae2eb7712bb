"""What every aligner must do, whatever its method."""

import pytest
import torch
from builders.gpu_autocast import NEEDS_RECENT_TORCH, gpu_autocast

from mmseg_scr import aligners
from mmseg_scr.slots import build_slot

SIZES = [
    ((4, 6), (8, 12)),
    ((23, 40), (45, 80)),
    ((5, 7), (9, 13)),
    ((1, 1), (2, 2)),
    ((3, 4), (3, 4)),
    ((2, 3), (16, 24)),
    ((3, 4), (9, 5)),  # another ratio each way
    ((7, 9), (4, 5)),  # the coarse map is the larger one
]


def build(name):
    shared = dict(channels=8, norm_cfg=dict(type='BN'), align_corners=False)
    return build_slot('aligner', dict(type=name), aligners.__all__, **shared)


@pytest.fixture(params=aligners.__all__)
def aligner(request):
    return build(request.param)


def _maps(coarse=(5, 7), fine=(9, 13), batch=2):
    return torch.randn(batch, 8, *coarse), torch.randn(batch, 8, *fine)


@pytest.mark.parametrize(('coarse', 'fine'), SIZES)
@pytest.mark.parametrize('training', [False, True])
def test_result_is_on_the_grid_of_the_fine_map(aligner, coarse, fine, training):
    maps = _maps(coarse, fine)
    assert aligner.train(training)(*maps).shape == maps[1].shape


def test_a_single_image_works_in_evaluation_and_training(aligner):
    maps = _maps(batch=1)
    assert aligner.eval()(*maps).isfinite().all()
    assert aligner.train()(*maps).isfinite().all()


def test_images_of_a_batch_do_not_mix_in_evaluation(aligner):
    coarse, fine = _maps()
    alone = aligner.eval()(coarse[1:], fine[1:])
    torch.testing.assert_close(aligner(coarse, fine)[1:], alone)


def test_bfloat16_is_close_to_float32(aligner):
    maps = _maps()
    low = aligner.bfloat16()(*(x.bfloat16() for x in maps))
    assert low.dtype == torch.bfloat16
    torch.testing.assert_close(low.float(), aligner.float()(*maps), rtol=0.05, atol=0.05)


@NEEDS_RECENT_TORCH
@pytest.mark.parametrize('name', aligners.__all__)
def test_autocast_of_a_gpu_leaves_the_map_in_half_precision(name):
    with gpu_autocast():
        aligned = build(name)(*(x.half() for x in _maps()))
    assert aligned.dtype == torch.float16


def test_gradient_reaches_the_coarse_map(aligner):
    coarse, fine = _maps()
    aligner(coarse.requires_grad_(), fine).square().sum().backward()
    assert coarse.grad.isfinite().all()
    assert coarse.grad.any(dim=1).all()


def test_state_dict_restores_the_result(aligner):
    maps = _maps()
    aligner(*maps)  # moves running statistics away from their start
    twin = build(type(aligner).__name__)
    twin.load_state_dict(aligner.state_dict())
    assert torch.equal(twin.eval()(*maps), aligner.eval()(*maps))


def test_channels_last_gives_the_same(aligner):
    maps = _maps()
    last = [x.to(memory_format=torch.channels_last) for x in maps]
    torch.testing.assert_close(aligner.eval()(*last), aligner(*maps))
