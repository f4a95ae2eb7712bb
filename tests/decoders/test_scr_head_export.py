import pytest
import torch
from builders.fill import fill_parameters
from builders.heads import build_head, build_segmentor
from builders.inputs import stage_maps
from torch import nn

from mmseg_scr import aligners, contexts

PARTS = [('aligner', name) for name in aligners.__all__]
PARTS += [('context', name) for name in contexts.__all__]
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
    free = torch.export.Dim.AUTO
    sizes = {'images': {2: free, 3: free}}
    program = torch.export.export(network, (torch.randn(1, 3, 65, 97),), dynamic_shapes=sizes)
    return program.module()


@pytest.mark.parametrize('size', [(65, 97), (64, 160), (129, 70), (90, 90)])
def test_exported_segmentor_takes_any_size_and_equals_eager(network, exported, size):
    images = torch.randn(1, 3, *size)
    with torch.no_grad():
        torch.testing.assert_close(exported(images), network(images))


def test_exported_segmentor_holds_no_contrast(exported):
    used = {n.target for n in exported.graph.nodes if n.op == 'get_attr' and n.users}
    assert any('fusion' in name for name in used)
    assert not [name for name in used if 'contrast' in name]


SEEN, OTHERS = (520, 600), [(512, 544), (672, 1030)]
SMALL = [(160, 256), (129, 170)]  # the last maps are 5x8 and 5x6


def check_export(head, sizes):
    """Export with free height and width; compare at sizes that the export has not seen."""
    head = fill_parameters(head, scale=0.1).eval()
    free = {2: torch.export.Dim.AUTO, 3: torch.export.Dim.AUTO}
    program = torch.export.export(head, (stage_maps(1, SEEN),), dynamic_shapes=([free] * 4,))
    for size in sizes:
        maps = stage_maps(1, size)
        with torch.no_grad():
            torch.testing.assert_close(program.module()(maps), head(maps), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(('slot', 'name'), PARTS, ids=lambda value: value)
def test_head_with_any_part_is_exported_with_free_sizes(slot, name):
    # Of DAPPM's largest window a small map leaves one pixel, which an export tells from several.
    sizes = OTHERS if name == 'DAPPM' else OTHERS + SMALL
    check_export(build_head(**{slot: dict(type=name)}), sizes)


def test_head_with_the_decoder_of_sfnet_is_exported_with_free_sizes():
    check_export(build_head(**SFNET), OTHERS + SMALL)
