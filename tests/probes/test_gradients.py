import pytest
import torch
from builders.heads import build_segmentor
from torch import nn

from mmseg_scr.probes import gradient_norms
from mmseg_scr.probes.gradients import part_of


@pytest.mark.parametrize(
    ('name', 'part'),
    [
        ('backbone.block1.0.attn.weight', 'backbone'),
        ('decode_head.context.context.reduce.conv.weight', 'context'),
        ('decode_head.aligners.2.mask.weights.weight', 'aligners'),
        ('neck.aligners.0.offset.weight', 'aligners'),
        ('decode_head.fusion.conv.weight', 'fusion'),
        ('decode_head.fpn_bottleneck.conv.weight', 'fusion'),
        ('decode_head.fusion_conv.conv.weight', 'fusion'),
        ('decode_head.conv_seg.bias', 'classifier'),
        ('decode_head.0.conv_seg.bias', 'classifier'),
        ('decode_head.classifier.projector.out.weight', 'classifier'),
        ('decode_head.contrast.embed.weight', 'contrast'),
        ('decode_head.laterals.0.conv.weight', 'rest'),
        ('auxiliary_head.conv_seg.weight', 'auxiliary_head'),
    ],
)
def test_part_of_a_parameter(name, part):
    assert part_of(name) == part


def test_every_part_of_the_head_is_in_a_segmentor():
    parts = {part_of(name) for name, _ in build_segmentor().named_parameters()}
    assert parts == {'backbone', 'context', 'aligners', 'fusion', 'classifier', 'contrast', 'rest'}


def test_norms_are_of_all_gradients_of_a_part_and_unscaled():
    model = nn.ModuleDict({'backbone': nn.Linear(1, 1), 'decode_head': nn.Linear(1, 1)})
    model['backbone'].weight.grad = torch.tensor([[30.0]])
    model['backbone'].bias.grad = torch.tensor([-40.0])
    assert gradient_norms(model, scale=10.0) == {'backbone': pytest.approx(5.0)}
