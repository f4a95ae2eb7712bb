"""Decoders of mmseg and ours, narrow, with the same options and weights; small whole networks."""

from builders.fill import fill_parameters
from builders.inputs import WIDTHS
from mmseg.registry import MODELS
from torch import nn

import mmseg_scr.decoders  # noqa: F401  (registers the decoders and their parts)

CLASSES = 5
BN = dict(type='BN', requires_grad=True)
HEAD = dict(in_channels=WIDTHS, in_index=[0, 1, 2, 3], channels=16, num_classes=CLASSES)
OPTIONS = {
    'UPerHead': dict(HEAD, norm_cfg=BN, dropout_ratio=0),
    'SegformerHead': dict(HEAD, norm_cfg=BN, dropout_ratio=0),
    'FPN': dict(in_channels=WIDTHS, out_channels=16, num_outs=4),
}
OURS = {'UPerHead': 'AlignedUPerHead', 'SegformerHead': 'AlignedSegformerHead', 'FPN': 'AlignedFPN'}
PLAIN = dict(aligner=dict(type='Bilinear'))


def build_stock(name: str, **options) -> nn.Module:
    """Build a decoder of mmseg."""
    return MODELS.build(dict(type=name, **{**OPTIONS[name], **options}))


def build_ours(name: str, **options) -> nn.Module:
    """Build our counterpart of the decoder that mmseg calls ``name``."""
    return MODELS.build(dict(type=OURS[name], **{**OPTIONS[name], **options}))


def build_twins(
    name: str, stock_options: dict | None = None, **options
) -> tuple[nn.Module, nn.Module]:
    """Build (ours with a plain aligner, mmseg's) with equal weights, none of them zero or one."""
    stock = fill_parameters(build_stock(name, **options, **(stock_options or {})), scale=0.1)
    ours = build_ours(name, **{**PLAIN, **options})
    ours.load_state_dict(stock.state_dict())
    return ours, stock


# Each gives maps of 8, 16, 32 and 64 channels.
BACKBONES = {
    'ResNet': dict(type='ResNet', depth=18, base_channels=8, norm_cfg=BN),
    'Swin': dict(
        type='SwinTransformer',
        embed_dims=8,
        depths=(1, 1, 1, 1),
        num_heads=(1, 2, 2, 4),
        window_size=4,
        drop_path_rate=0.0,
    ),
    'MiT': dict(
        type='MixVisionTransformer',
        embed_dims=8,
        num_layers=[1, 1, 1, 1],
        num_heads=[1, 2, 4, 8],
        drop_path_rate=0.0,
    ),
}
BACKBONE_WIDTHS = [8, 16, 32, 64]


def network_cfg(backbone: str, decoder: str, **slots) -> dict:
    """Return the config of an EncoderDecoder whose decoder is our ``decoder``; FPN has FPNHead."""
    head = dict(HEAD, in_channels=BACKBONE_WIDTHS, norm_cfg=BN)
    model = dict(type='EncoderDecoder', backbone=BACKBONES[backbone], test_cfg=dict(mode='whole'))
    if decoder != 'FPN':
        return dict(model, decode_head=dict(head, type=OURS[decoder], **slots))
    head.update(type='FPNHead', in_channels=[16] * 4, feature_strides=[4, 8, 16, 32])
    neck = dict(OPTIONS['FPN'], type='AlignedFPN', in_channels=BACKBONE_WIDTHS, **slots)
    return dict(model, neck=neck, decode_head=head)
