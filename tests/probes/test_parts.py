import pytest
from torch import nn

from mmseg_scr.probes.parts import part_label, part_paths


def test_decoder_and_its_aligners_are_opened_and_nothing_else():
    head = nn.Module()
    head.conv_seg = nn.Conv2d(4, 2, 1)
    head.context = nn.Sequential(nn.Conv2d(4, 4, 1))
    head.aligners = nn.ModuleList([nn.Identity(), nn.Identity()])
    model = nn.Module()
    model.backbone = nn.Sequential(nn.Identity())
    model.decode_head = head
    paths = ['backbone', 'conv_seg', 'context', 'aligners.0', 'aligners.1']
    assert list(part_paths(model)) == [paths[0], *(f'decode_head.{path}' for path in paths[1:])]


@pytest.mark.parametrize(
    ('path', 'width', 'label'),
    [
        ('decode_head.aligners.0', 6, 'aligner to stride 16'),
        ('decode_head.aligners.2', 25, 'aligner to stride 4'),
        ('decode_head.aligners.0', None, 'aligners.0'),
        ('decode_head.conv_seg', 25, 'classifier'),
        ('decode_head.context', 3, 'context'),
        ('backbone', None, 'backbone'),
    ],
)
def test_labels_are_for_people(path, width, label):
    assert part_label(path, 100, width) == label
