"""Narrow networks of mmseg, one a family: residual, real-time, high-resolution, transformers."""

from builders.fill import fill_parameters
from builders.tiny_models import PREPROCESSOR
from mmengine.registry import init_default_scope
from mmseg.models import BaseSegmentor
from mmseg.registry import MODELS

CLASSES = 5
BN = dict(type='BN')
HEAD = dict(channels=8, num_classes=CLASSES, norm_cfg=BN)
RESNET = dict(type='ResNetV1c', depth=18, base_channels=8, stem_channels=8, norm_cfg=BN)
DILATED = dict(RESNET, strides=(1, 2, 1, 1), dilations=(1, 1, 2, 4), contract_dilation=True)
PYRAMID = dict(in_channels=[8, 16, 32, 64], in_index=[0, 1, 2, 3])
HRNET = {
    f'stage{n}': dict(
        num_modules=1,
        num_branches=n,
        block='BASIC',
        num_blocks=(1,) * n,
        num_channels=(4, 8, 16, 32)[:n],
    )
    for n in (1, 2, 3, 4)
}
OCR = dict(in_channels=[4, 8, 16, 32], in_index=(0, 1, 2, 3), input_transform='resize_concat')
VIT = dict(
    type='VisionTransformer',
    img_size=(64, 96),
    patch_size=16,
    embed_dims=16,
    num_layers=2,
    num_heads=2,
    drop_path_rate=0.1,
    interpolate_mode='bicubic',
)

NETWORKS = {
    'PSPNet': dict(
        backbone=DILATED,
        decode_head=dict(HEAD, type='PSPHead', in_channels=64, in_index=3),
    ),
    'DeepLabV3+': dict(
        backbone=DILATED,
        decode_head=dict(
            HEAD,
            type='DepthwiseSeparableASPPHead',
            in_channels=64,
            in_index=3,
            dilations=(1, 3, 6),
            c1_in_channels=8,
            c1_channels=4,
        ),
    ),
    'Semantic FPN': dict(
        backbone=RESNET,
        neck=dict(type='FPN', in_channels=[8, 16, 32, 64], out_channels=8, num_outs=4),
        decode_head=dict(
            HEAD,
            type='FPNHead',
            in_channels=[8] * 4,
            in_index=[0, 1, 2, 3],
            feature_strides=[4, 8, 16, 32],
        ),
    ),
    'UPerNet Swin': dict(
        backbone=dict(
            type='SwinTransformer',
            embed_dims=8,
            depths=(2, 1, 1, 1),
            num_heads=(1, 2, 2, 4),
            window_size=4,
        ),
        decode_head=dict(HEAD, type='UPerHead', **PYRAMID),
    ),
    'SegFormer': dict(
        backbone=dict(
            type='MixVisionTransformer',
            embed_dims=8,
            num_layers=[1, 1, 1, 1],
            num_heads=[1, 2, 4, 8],
        ),
        decode_head=dict(HEAD, type='SegformerHead', **PYRAMID),
    ),
    'Segmenter': dict(
        backbone=VIT,
        decode_head=dict(
            type='SegmenterMaskTransformerHead',
            in_channels=16,
            channels=16,
            num_classes=CLASSES,
            num_layers=1,
            num_heads=2,
            embed_dims=16,
        ),
    ),
    'OCRNet HRNet': dict(
        type='CascadeEncoderDecoder',
        num_stages=2,
        backbone=dict(type='HRNet', norm_cfg=BN, extra=HRNET),
        decode_head=[
            dict(HEAD, type='FCNHead', num_convs=1, **OCR),
            dict(HEAD, type='OCRHead', ocr_channels=8, **OCR),
        ],
    ),
    'Fast-SCNN': dict(
        backbone=dict(
            type='FastSCNN',
            downsample_dw_channels=(4, 8),
            global_in_channels=8,
            global_block_channels=(8, 8, 16),
            global_out_channels=16,
            higher_in_channels=8,
            lower_in_channels=16,
            fusion_out_channels=16,
            norm_cfg=BN,
        ),
        decode_head=dict(
            HEAD, type='DepthwiseSeparableFCNHead', in_channels=16, concat_input=False
        ),
    ),
    'BiSeNetV2': dict(
        backbone=dict(
            type='BiSeNetV2',
            detail_channels=(8, 8, 16),
            semantic_channels=(4, 8, 8, 16),
            semantic_expansion_ratio=2,
            bga_channels=16,
            norm_cfg=BN,
        ),
        decode_head=dict(HEAD, type='FCNHead', in_channels=16, in_index=0, num_convs=1),
    ),
    'ERFNet': dict(
        backbone=dict(
            type='ERFNet',
            enc_downsample_channels=(4, 8, 16),
            enc_stage_non_bottlenecks=(1, 2),
            enc_non_bottleneck_dilations=(2, 4),
            enc_non_bottleneck_channels=(8, 16),
            dec_non_bottleneck_channels=(8, 4),
            dec_upsample_channels=(8, 4),
            dec_stages_non_bottleneck=(1, 1),
            norm_cfg=BN,
        ),
        decode_head=dict(HEAD, type='FCNHead', in_channels=4, in_index=-1, num_convs=1),
    ),
    'CGNet': dict(
        backbone=dict(type='CGNet', num_channels=(8, 8, 16), num_blocks=(2, 2), norm_cfg=BN),
        decode_head=dict(HEAD, type='FCNHead', in_channels=32, in_index=2, num_convs=1),
    ),
    'U-Net': dict(
        backbone=dict(type='UNet', base_channels=4, norm_cfg=BN),
        decode_head=dict(HEAD, type='FCNHead', in_channels=4, in_index=4, num_convs=1),
    ),
    'SegNeXt': dict(
        backbone=dict(type='MSCAN', embed_dims=[8, 16, 32, 64], depths=[1, 1, 1, 1], norm_cfg=BN),
        decode_head=dict(
            HEAD,
            type='LightHamHead',
            in_channels=[16, 32, 64],
            in_index=[1, 2, 3],
            ham_channels=8,
            ham_kwargs=dict(MD_R=4, train_steps=2, eval_steps=3, rand_init=True),
            norm_cfg=dict(type='GN', num_groups=2),
        ),
    ),
}


def stock_network(name: str) -> BaseSegmentor:
    """Build a network of ``NETWORKS``, see :func:`stock_segmentor`."""
    return stock_segmentor(NETWORKS[name])


def stock_segmentor(parts: dict) -> BaseSegmentor:
    """Build a network in evaluation mode, with weights and statistics that are not the start's."""
    init_default_scope('mmseg')
    defaults = dict(type='EncoderDecoder', test_cfg=dict(mode='whole'))
    config = dict(defaults | parts, data_preprocessor=PREPROCESSOR)
    model = MODELS.build(config)
    for name, child in model.named_children():
        if name != 'data_preprocessor':
            fill_parameters(child, scale=0.1)
    return model.eval()
