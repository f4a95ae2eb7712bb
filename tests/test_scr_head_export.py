import pytest
import torch
from reference.heads import build_segmentor
from torch import nn


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
