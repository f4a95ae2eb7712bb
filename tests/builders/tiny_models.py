"""Config files with a test pipeline of networks so small that a picture takes milliseconds."""

from pathlib import Path

import torch
from builders.heads import head_cfg
from builders.inputs import WIDTHS
from builders.stock_heads import head_cfg as stock_head_cfg
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmseg.registry import MODELS
from torch import nn

CLASSES = ('road', 'car', 'tree', 'sky', 'dog')
PALETTE = [[200, 0, 0], [0, 190, 0], [0, 0, 180], [170, 170, 0], [0, 160, 160]]
BACKBONE = dict(
    type='MSCAN',
    embed_dims=WIDTHS,
    depths=[1] * 4,
    mlp_ratios=[2] * 4,
    drop_path_rate=0.0,
    norm_cfg=dict(type='BN'),
)
PREPROCESSOR = dict(
    type='SegDataPreProcessor',
    mean=[123.675, 116.28, 103.53],
    std=[58.395, 57.12, 57.375],
    bgr_to_rgb=True,
    pad_val=0,
    seg_pad_val=255,
    test_cfg=dict(size_divisor=32),
)
PIPELINE = [
    dict(type='LoadImageFromFile'),
    dict(type='LoadAnnotations'),
    dict(type='PackSegInputs'),
]
HEADS = {
    'SCRHead': head_cfg(),
    'UPerHead': stock_head_cfg('UPerHead'),
    'LightHamHead': stock_head_cfg('LightHamHead'),
    'ContextAwareHead': dict(type='ContextAwareHead', head=stock_head_cfg('FCNHead')),
}


def tiny_config(head: str = 'UPerHead', **test_cfg) -> Config:
    """Return a config of an untrained network with that head, on 5 classes."""
    init_default_scope('mmseg')
    model = dict(
        type='EncoderDecoder',
        data_preprocessor=PREPROCESSOR,
        backbone=BACKBONE,
        decode_head=HEADS[head],
        test_cfg=dict(mode='whole') | test_cfg,
    )
    return Config(dict(default_scope='mmseg', model=model, test_pipeline=PIPELINE))


def save_tiny_model(
    folder: Path, head: str = 'UPerHead', *, seed: int = 0, **test_cfg
) -> tuple[Path, Path]:
    """Write ``config.py`` and ``weights.pth`` of a network with random weights."""
    config = tiny_config(head, **test_cfg)
    folder.mkdir(parents=True, exist_ok=True)
    config.dump(str(folder / 'config.py'))
    torch.manual_seed(seed)
    model = MODELS.build(config.model)
    _balance(model)
    meta = dict(dataset_meta=dict(classes=CLASSES, palette=PALETTE))
    torch.save(dict(meta=meta, state_dict=model.state_dict()), folder / 'weights.pth')
    return folder / 'config.py', folder / 'weights.pth'


@torch.no_grad()
def _balance(model: nn.Module) -> None:
    """Let several classes occur: on average over a picture, none is more likely than another."""
    torch.nn.init.normal_(model.decode_head.conv_seg.weight)
    coarse = torch.randn(1, 3, 8, 12)
    picture = torch.nn.functional.interpolate(coarse, scale_factor=8, mode='bilinear')
    logits = model.eval()(picture, mode='tensor')
    model.decode_head.conv_seg.bias -= logits.mean((0, 2, 3))
