import sys
from importlib.util import find_spec

import pytest
import torch
from mmengine.registry import MODELS as ROOT
from mmengine.registry import init_default_scope
from mmseg.registry import MODELS

from mmseg_scr.registration import missing_packages
from mmseg_scr.registration.missing_packages import (
    MissingPackageRegistry,
    announce_missing_packages,
)

VAN = dict(
    type='mmpretrain.VAN',
    arch=dict(embed_dims=[8, 16, 24, 32], depths=[1] * 4, ffn_ratios=[2] * 4),
    out_indices=(0, 1, 2, 3),
)


@pytest.fixture
def children():
    before = dict(ROOT.children)
    yield ROOT.children
    ROOT.children.clear()
    ROOT.children.update(before)


def test_part_of_a_missing_package_is_refused_with_the_remedy(children):
    MissingPackageRegistry('mmabsent', 'pip install onedl-mmabsent')
    init_default_scope('mmseg')
    with pytest.raises(ImportError, match=r'mmabsent\.Net, .* not installed: pip install onedl'):
        MODELS.build(dict(type='mmabsent.Net'))


def test_missing_mmpretrain_is_announced_once(children, monkeypatch):
    children.pop('mmpretrain', None)
    monkeypatch.setattr(missing_packages, 'find_spec', lambda name: None)
    monkeypatch.setitem(sys.modules, 'mmpretrain.registry', None)
    announce_missing_packages()
    announce_missing_packages()
    with pytest.raises(ImportError, match=r'mmpretrain\.VAN.*`pip install onedl-mmpretrain`'):
        MODELS.build(dict(VAN))


@pytest.mark.skipif(find_spec('mmpretrain') is None, reason='mmpretrain is not installed')
def test_van_serves_as_a_backbone_through_training_and_evaluation():
    """Its own `train` returns None, so nothing may chain on it."""
    head = dict(type='SCRHead', in_channels=[8, 16, 24, 32], channels=16, num_classes=3)
    network = MODELS.build(dict(type='EncoderDecoder', backbone=VAN, decode_head=head))
    images = torch.randn(1, 3, 65, 97)
    for training in (False, True, False):
        assert network.train(training) is network
        assert network.backbone.training is training
        assert network(images).shape == (1, 3, 17, 25)
