"""Every decode head that we promise to train: ours, and those of mmseg with our slots."""

import torch
from builders.fill import fill_parameters
from builders.inputs import WIDTHS, block_labels, data_samples, stage_maps
from builders.stock_decoders import HEAD
from builders.stock_heads import BN, CLASSES, SINGLE_STAGE_HEADS, head_cfg, ocr_cfg
from mmseg.registry import MODELS
from torch import Tensor, nn

import mmseg_scr.decoders  # noqa: F401  (registers the heads and their parts)

IMAGE = (64, 96)
CONTRAST = dict(type='PixelContrastLoss', embed_channels=8, max_samples=64, max_views=1)
ALIGNED = dict(HEAD, norm_cfg=BN)


def _wrapped(head: dict) -> dict:
    if head['type'] == 'SCRHead':
        return dict(type='ContextAwareHead', head=dict(head, contrast=CONTRAST))
    return dict(type='ContextAwareHead', head=head, contrast=CONTRAST)


SLOTTED = {
    'SCRHead': dict(type='SCRHead', in_channels=WIDTHS, contrast=CONTRAST)
    | dict(channels=16, num_classes=CLASSES),
    'ContrastHead(FCNHead)': dict(type='ContrastHead', head=head_cfg('FCNHead'), contrast=CONTRAST),
    **{f'ContextAwareHead({name})': _wrapped(head_cfg(name)) for name in SINGLE_STAGE_HEADS},
    'ContextAwareHead(OCRHead)': _wrapped(ocr_cfg()),
}
EVERY_HEAD = SLOTTED | {
    'AlignedUPerHead': dict(ALIGNED, type='AlignedUPerHead', context=dict(type='CRM')),
    'AlignedSegformerHead': dict(ALIGNED, type='AlignedSegformerHead'),
}


def build_training_head(name: str, **options) -> nn.Module:
    """Build the head, in training; ``options`` are of the innermost head."""
    cfg = dict(EVERY_HEAD[name])
    if 'head' in cfg:
        cfg['head'] = cfg['head'] | options
    else:
        cfg |= options
    return fill_parameters(MODELS.build(cfg), scale=0.1).train()


def forward_inputs(name: str, batch: int = 2, classes: int = CLASSES) -> tuple:
    """Positional arguments of the head's forward, which want gradients."""
    maps = [x.requires_grad_() for x in stage_maps(batch, IMAGE)]
    if 'OCRHead' not in name:
        return (maps,)
    return maps, torch.randn(batch, classes, *maps[-1].shape[2:], requires_grad=True)


def samples_of(labels: Tensor | None = None, batch: int = 2) -> list:
    """The labels as samples; without them, blocks of every class."""
    return data_samples(block_labels(batch, IMAGE, CLASSES) if labels is None else labels)
