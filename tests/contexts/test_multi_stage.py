import pytest
import torch
from builders.fill import fill_parameters
from builders.inputs import WIDTHS, stage_maps
from reference.crm import pointwise, pool_to
from torch.nn import functional as F

from mmseg_scr.contexts import MultiStage


@pytest.mark.parametrize('image_size', [(64, 96), (65, 97)])
def test_is_a_convolution_of_all_maps_pooled_to_the_last(image_size):
    context = fill_parameters(MultiStage(WIDTHS, 6, norm_cfg=dict(type='BN'))).double().eval()
    stages = [stage.double() for stage in stage_maps(1, image_size)]
    size = tuple(stages[-1].shape[2:])
    conv, norm = context.reduce.conv, context.reduce.norm
    x = pointwise(torch.cat([pool_to(stage, size) for stage in stages], 1), conv.weight)
    x = F.batch_norm(x, norm.running_mean, norm.running_var, norm.weight, norm.bias)
    torch.testing.assert_close(context(stages), x.relu())
