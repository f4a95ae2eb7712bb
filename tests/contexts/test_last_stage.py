import torch
from reference.crm import pointwise
from reference.fill import fill_parameters
from reference.inputs import WIDTHS, stage_maps
from torch.nn import functional as F

from mmseg_scr.contexts import LastStage


def test_is_a_convolution_a_normalisation_and_a_relu_of_the_last_map():
    context = fill_parameters(LastStage(WIDTHS, 6, norm_cfg=dict(type='BN'))).double().eval()
    stages = [stage.double() for stage in stage_maps(2)]
    conv, norm = context.reduce.conv, context.reduce.norm
    x = pointwise(stages[-1], conv.weight, conv.bias)
    x = F.batch_norm(x, norm.running_mean, norm.running_var, norm.weight, norm.bias)
    torch.testing.assert_close(context(stages), x.relu())


def test_earlier_maps_are_not_used():
    context = LastStage(WIDTHS, 6, norm_cfg=dict(type='BN')).eval()
    stages = stage_maps(1)
    zeros = [torch.zeros_like(stage) for stage in stages[:-1]]
    assert torch.equal(context(stages), context([*zeros, stages[-1]]))
