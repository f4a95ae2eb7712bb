import pytest
import torch
from builders.fill import fill_parameters
from builders.heads import build_head, build_segmentor
from builders.inputs import stage_maps
from builders.parts import free_sizes
from torch import nn

SFNET = dict(
    aligner=dict(type='FAM'),
    context=dict(type='PPM'),
    smoothing=dict(type='ConvModule', kernel_size=3, padding=1),
    fusion=dict(type='ConcatConvModule', kernel_size=3),
    align_corners=True,
)


class Logits(nn.Module):
    """A segmentor with the one argument that an exporter wants."""

    def __init__(self, segmentor):
        super().__init__()
        self.segmentor = segmentor

    def forward(self, images):
        return self.segmentor(images, mode='tensor')


@pytest.fixture(scope='module')
def network():
    torch.manual_seed(0)
    return Logits(build_segmentor()).eval()


@pytest.fixture(scope='module')
def exported(network):
    sizes = {'images': dict.fromkeys((0, 2, 3), torch.export.Dim.DYNAMIC)}
    program = torch.export.export(network, (torch.randn(2, 3, 65, 97),), dynamic_shapes=sizes)
    return program.module()


@pytest.mark.parametrize('shape', [(2, 65, 97), (1, 64, 160), (3, 129, 70), (1, 90, 90)])
def test_exported_segmentor_takes_any_batch_and_size_and_equals_eager(network, exported, shape):
    batch, *size = shape
    images = torch.randn(batch, 3, *size)
    with torch.no_grad():
        torch.testing.assert_close(exported(images), network(images))


def test_exported_segmentor_holds_no_contrast(exported):
    used = {n.target for n in exported.graph.nodes if n.op == 'get_attr' and n.users}
    assert any('fusion' in name for name in used)
    assert not [name for name in used if 'contrast' in name]


def test_head_with_the_decoder_of_sfnet_is_exported_with_free_batch_and_sizes():
    head = fill_parameters(build_head(**SFNET), scale=0.1).eval()
    maps = stage_maps(2, (520, 600))
    program = torch.export.export(head, (maps,), dynamic_shapes=free_sizes((maps,))).module()
    for batch, size in [(1, (512, 544)), (3, (160, 256)), (2, (129, 170))]:
        maps = stage_maps(batch, size)
        with torch.no_grad():
            torch.testing.assert_close(program(maps), head(maps), rtol=1e-4, atol=1e-4)
