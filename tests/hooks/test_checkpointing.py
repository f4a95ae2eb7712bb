import copy

import pytest
import torch
from mmengine.registry import init_default_scope
from mmseg.registry import MODELS
from torch import nn

from mmseg_scr.hooks.checkpointing import checkpoint_blocks, repeated_blocks

MSCAN = dict(
    type='MSCAN',
    embed_dims=[8, 16, 24, 32],
    depths=[2, 1, 1, 1],
    mlp_ratios=[2] * 4,
    drop_path_rate=0.5,
    norm_cfg=dict(type='BN'),
)
BACKBONES = {
    'MSCAN': (MSCAN, 5),
    'ResNet': (dict(type='ResNet', depth=18, base_channels=8), 8),
    'Swin': (
        dict(
            type='SwinTransformer',
            embed_dims=8,
            depths=(2, 1, 1, 1),
            num_heads=(1, 1, 1, 1),
            window_size=4,
        ),
        5,
    ),
    'MiT': (
        dict(
            type='MixVisionTransformer',
            embed_dims=8,
            num_layers=[1, 2, 1, 1],
            num_heads=[1, 1, 1, 1],
        ),
        5,
    ),
}


def build(name):
    init_default_scope('mmseg')
    torch.manual_seed(0)
    backbone = MODELS.build(copy.deepcopy(BACKBONES[name][0]))
    backbone.train()  # some of mmseg return nothing here
    return backbone


def gradients(backbone, images):
    """Of the parameters, after a pass whose random numbers are those of every other call."""
    torch.manual_seed(3)
    sum(x.square().mean() for x in backbone(images)).backward()
    return {n: p.grad for n, p in backbone.named_parameters() if p.grad is not None}


@pytest.mark.parametrize('name', BACKBONES)
def test_gradients_and_statistics_are_those_without(name):
    """With dropped paths, which must be dropped alike in both forwards."""
    plain, images = build(name), torch.randn(2, 3, 64, 96)
    changed = copy.deepcopy(plain)
    assert checkpoint_blocks(changed) == BACKBONES[name][1]
    expected, found = gradients(plain, images), gradients(changed, images)
    assert expected.keys() == found.keys()
    torch.testing.assert_close(found, expected)
    assert changed.state_dict().keys() == plain.state_dict().keys()
    torch.testing.assert_close(dict(changed.state_dict()), dict(plain.state_dict()))


@pytest.mark.parametrize('name', BACKBONES)
def test_less_is_kept_for_the_gradient(name):
    plain, images = build(name), torch.randn(2, 3, 64, 96)
    changed = copy.deepcopy(plain)
    checkpoint_blocks(changed)
    assert kept_bytes(changed, images) < 0.75 * kept_bytes(plain, images)


def kept_bytes(module, images):
    storages = {}

    def pack(tensor):
        storage = tensor.untyped_storage()
        storages[storage.data_ptr()] = storage.nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        outputs = module(images)
    assert outputs
    return sum(storages.values())


def test_evaluation_and_frozen_norms_are_as_without():
    plain, images = build('MSCAN'), torch.randn(1, 3, 32, 32)
    for module in plain.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.eval()
    changed = copy.deepcopy(plain)
    checkpoint_blocks(changed)
    torch.testing.assert_close(gradients(changed, images), gradients(plain, images))
    changed.eval(), plain.eval()
    with torch.no_grad():
        for one, other in zip(changed(images), plain(images), strict=True):
            assert torch.equal(one, other)


def test_norms_have_their_own_statistics_after_the_gradient():
    changed = build('MSCAN')
    checkpoint_blocks(changed)
    before = {name: id(buffer) for name, buffer in changed.named_buffers()}
    gradients(changed, torch.randn(2, 3, 32, 32))
    assert before == {name: id(buffer) for name, buffer in changed.named_buffers()}


def test_the_innermost_blocks_are_found():
    blocks = repeated_blocks(build('Swin'))
    assert {type(block).__name__ for block in blocks} == {'SwinBlock'}


def test_a_backbone_without_blocks_is_refused():
    with pytest.raises(ValueError, match='Sequential has no list of equal blocks; set with_cp'):
        checkpoint_blocks(nn.Sequential(nn.Conv2d(3, 4, 1), nn.ReLU()))


def test_a_second_call_changes_nothing():
    backbone = build('ResNet')
    assert checkpoint_blocks(backbone) == 8
    before = [block.forward for block in repeated_blocks(backbone)]
    assert checkpoint_blocks(backbone) == 8
    assert [block.forward for block in repeated_blocks(backbone)] == before
