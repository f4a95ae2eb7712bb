import pytest
import torch
from builders.inputs import ODD_SIZES, stage_maps
from reference.crm import pool_to

from mmseg_scr.ops.stages import concat_stages


@pytest.mark.parametrize('image_size', [(65, 97), (96, 64), (40, 33)])
def test_equals_averages_of_windows_found_by_loops(image_size):
    stages = [stage.double() for stage in stage_maps(2, image_size, [2, 3, 1, 2])]
    size = tuple(stages[-1].shape[2:])
    expected = torch.cat([pool_to(stage, size) for stage in stages], 1)
    torch.testing.assert_close(concat_stages(stages), expected)


@pytest.mark.parametrize('image_size', ODD_SIZES)
def test_result_has_the_size_of_the_last_stage_and_all_channels(image_size):
    stages = stage_maps(1, image_size, [1, 2, 3, 4])
    pooled = concat_stages(stages)
    assert pooled.shape == (1, 10, *stages[-1].shape[2:])
    assert torch.equal(pooled[:, 6:], stages[-1])


def test_divisible_sizes_keep_each_channels_mean():
    stages = stage_maps(2, (64, 96), [2, 3, 1, 2])
    means = torch.cat([stage.mean((2, 3)) for stage in stages], 1)
    torch.testing.assert_close(concat_stages(stages).mean((2, 3)), means)


def test_gradients_of_every_stage():
    stages = [
        stage.double().requires_grad_() for stage in stage_maps(1, (40, 33), [1, 1, 1, 1])[1:]
    ]
    assert torch.autograd.gradcheck(lambda *maps: concat_stages(maps), stages)
