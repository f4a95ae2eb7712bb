"""The name of a config follows the grammar and tells the truth."""

import pytest
from builders.configs import (
    FOLDERS_OF_EXTENDED_DECODERS,
    NAME,
    decode_heads,
    each_leaf,
    train_pipeline,
)
from mmengine.config import Config

FOLDERS_OF_SEVERAL_METHODS = ('ablation', 'camvid', *FOLDERS_OF_EXTENDED_DECODERS)
HEADS = {
    'scr': 'SCRHead',
    'baseline': 'SCRHead',
    'frmseg': 'SCRHead',
    'segnext': 'LightHamHead',
    'fcn': 'FCNHead',
    'deeplabv3plus': 'DepthwiseSeparableASPPHead',
    'ocrnet': 'OCRHead',
    'upernet': 'UPerHead',
    'fpn': 'FPNHead',
    'segformer': 'SegformerHead',
}
BACKBONES = {  # depths of MSCAN: arXiv 2209.08575, Table 2, and the thin one of the demo
    'mscan-t': dict(type='MSCAN', depths=[3, 3, 5, 2]),
    'mscan-s': dict(type='MSCAN', depths=[2, 2, 4, 2]),
    'mscan-b': dict(type='MSCAN', depths=[3, 3, 12, 3]),
    'mscan-l': dict(type='MSCAN', depths=[3, 5, 27, 3]),
    'mscan-nano': dict(type='MSCAN', depths=[1, 1, 2, 1]),
    'efficientnet-lite0': dict(type='EfficientNetLite0'),
    'van-s': dict(type='mmpretrain.VAN', arch='small'),
    'mobilenet-v2': dict(type='MobileNetV2'),
    'resnet-50': dict(type='ResNetV1c', depth=50),
    'hrnet-w18': dict(type='HRNet'),
    'swin-t': dict(type='SwinTransformer', embed_dims=96, depths=[2, 2, 6, 2]),
    'swin-b': dict(type='SwinTransformer', embed_dims=128, depths=[2, 2, 18, 2]),
    'swin-l': dict(type='SwinTransformer', embed_dims=192, depths=[2, 2, 18, 2]),
    'convnext-t': dict(type='mmpretrain.ConvNeXt', arch='tiny'),
    'mit-b1': dict(type='MixVisionTransformer', embed_dims=64, num_layers=[2, 2, 2, 2]),
}


@each_leaf
def test_name_follows_the_rule_and_tells_the_truth(path):
    """Method, head, backbone, data, batch, sizes, optimiser and length are what the name says."""
    match = NAME.fullmatch(path.name)
    assert match, f'{path.name} breaks the naming rule'
    config = Config.fromfile(path)
    size = (int(match['height']), int(match['width']))
    assert path.parent.name in (match['method'], *FOLDERS_OF_SEVERAL_METHODS)
    assert config.train_dataloader.batch_size == int(match['batch'])
    assert tuple(config.model.data_preprocessor.size) == size
    assert config.optim_wrapper.optimizer.type.lower() == match['schedule'].split('-')[0]
    head = decode_heads(config)[-1]
    assert head.get('head', head).type.removeprefix('Aligned') == HEADS[match['method']]
    backbone = config.model.backbone
    expected = BACKBONES[match['backbone']]
    assert {key: backbone[key] for key in expected} == expected
    assert config.dataset_type.lower().startswith(match['dataset'].split('-')[0])
    length = match['schedule'].split('-')[1]
    iterations = int(length[:-1]) * 1000 if length.endswith('k') else int(length)
    assert config.train_cfg.max_iters == pytest.approx(iterations, rel=0.01)
    assert config.param_scheduler[-1].end == config.train_cfg.max_iters
    crops = [t.crop_size for t in train_pipeline(config) if t.type == 'RandomCrop']
    assert all(tuple(crop) == size for crop in crops)
