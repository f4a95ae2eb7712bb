"""Folding and splitting in networks of mmseg that this package knows nothing of."""

import copy

import pytest
import torch
from builders.stock_networks import HEAD, NETWORKS, stock_network, stock_segmentor
from torch import nn

from mmseg_scr.acceleration import optimize, split
from mmseg_scr.acceleration.fold import fold_normalizations
from mmseg_scr.acceleration.likeness import logits
from mmseg_scr.acceleration.split import SplitFeedForward, split_feed_forwards

# Batch normalisations that stay: of joined maps, after transposed convolutions, and those of MSCAN,
# whose blocks have a step of their own.
STAY = {'CGNet': 7, 'ERFNet': 5, 'SegNeXt': 4}


OF_ONE_SIZE = dict(
    type='BEiT',
    img_size=(160, 160),
    patch_size=16,
    embed_dims=16,
    num_layers=1,
    num_heads=2,
    out_indices=(0,),
)


def normalizations(model):
    return sum(isinstance(m, nn.modules.batchnorm._BatchNorm) for m in model.modules())


@pytest.mark.parametrize('name', NETWORKS)
def test_folding_is_exact_in_every_family(name, double_precision):
    model = stock_network(name).double()
    changed = copy.deepcopy(model)
    images = torch.randn(1, 3, 64, 96)
    count = fold_normalizations(changed, lambda: logits(changed, images))
    expected = logits(model, images)
    difference = (logits(changed, images) - expected).abs().max() / expected.abs().max()
    assert difference < 1e-10
    assert normalizations(changed) == STAY.get(name, 0)
    assert count == normalizations(model) - normalizations(changed)


@pytest.mark.parametrize('name', NETWORKS)
def test_splitting_is_exact_in_every_family_that_has_such_blocks(
    name, double_precision, monkeypatch
):
    monkeypatch.setattr(split, 'SMALLEST', 1)
    monkeypatch.setattr(split, 'NARROWEST', 8)
    model = stock_network(name).double()
    changed = copy.deepcopy(model)
    images = torch.randn(1, 3, 64, 96)
    count = split_feed_forwards(changed, lambda: logits(changed, images))
    assert count == sum(isinstance(m, SplitFeedForward) for m in changed.modules())
    assert (count > 0) == (name in {'SegFormer', 'SegNeXt'})
    expected = logits(model, images)
    difference = (logits(changed, images) - expected).abs().max() / expected.abs().max()
    assert difference < 1e-10


def test_a_network_that_takes_one_size_is_optimized(faster):
    head = dict(HEAD, type='FCNHead', in_channels=16, in_index=0, num_convs=1)
    model = stock_segmentor(dict(backbone=OF_ONE_SIZE, decode_head=head))
    changed = optimize(model, (160, 160), backend='eager', keep_memory=False)
    assert {step.name for step in changed.acceleration.taken} >= {'fold', 'compile decode_head'}
