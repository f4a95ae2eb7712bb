import pytest
import torch
from builders.fill import fill_parameters
from builders.inputs import WIDTHS, stage_maps
from reference.crm import pointwise
from torch.nn import functional as F

from mmseg_scr import contexts
from mmseg_scr.contexts import LastStage
from mmseg_scr.slots import build_slot

BN = dict(type='BN')


def test_is_a_convolution_a_normalisation_and_a_relu_of_the_last_map():
    context = fill_parameters(LastStage(WIDTHS, 6, norm_cfg=BN)).double().eval()
    stages = [stage.double() for stage in stage_maps(2)]
    conv, norm = context.context.reduce.conv, context.context.reduce.norm
    x = pointwise(stages[-1], conv.weight, conv.bias)
    x = F.batch_norm(x, norm.running_mean, norm.running_var, norm.weight, norm.bias)
    torch.testing.assert_close(context(stages), x.relu())


@pytest.mark.parametrize('name', contexts.__all__)
def test_any_context_may_see_the_last_map_alone(name):
    context = LastStage(WIDTHS, 8, norm_cfg=BN, context=dict(type=name)).eval()
    stages = stage_maps(1)
    shared = dict(in_channels=WIDTHS[-1:], channels=8, norm_cfg=BN)
    twin = build_slot('context', dict(type=name), contexts.__all__, **shared).eval()
    twin.load_state_dict(context.context.state_dict())
    assert torch.equal(context(stages), twin(stages[-1:]))
    zeros = [torch.zeros_like(stage) for stage in stages[:-1]]
    assert torch.equal(context(stages), context([*zeros, stages[-1]]))


def test_unknown_context_is_refused():
    with pytest.raises(KeyError, match="context of LastStage has the unknown type 'Nonsense'"):
        LastStage(WIDTHS, 8, norm_cfg=BN, context=dict(type='Nonsense'))
