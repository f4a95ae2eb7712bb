"""A decode head and a segmentor small enough for a unit test."""

from builders.inputs import WIDTHS
from mmseg.registry import MODELS

import mmseg_scr.decoders.scr_head  # noqa: F401  (registers the head and its parts)

CLASSES = 5
SMALL_CONTRAST = dict(
    type='PixelContrastLoss', embed_channels=8, max_samples=64, max_views=8, temperature=0.1
)


def head_cfg(**options) -> dict:
    """Return the config of a narrow SCRHead; `options` come on top."""
    cfg = dict(type='SCRHead', in_channels=WIDTHS, channels=16, num_classes=CLASSES)
    return {**cfg, 'contrast': SMALL_CONTRAST, **options}


def build_head(**options):
    """Build a narrow SCRHead."""
    return MODELS.build(head_cfg(**options))


def build_segmentor(backbone: dict | None = None, **head_options):
    """Build an EncoderDecoder of a MSCAN, by default of one block a stage, and a SCRHead."""
    tiny = dict(embed_dims=WIDTHS, depths=[1] * 4, mlp_ratios=[2] * 4, drop_path_rate=0.0)
    return MODELS.build(
        dict(
            type='EncoderDecoder',
            backbone=dict(type='MSCAN', norm_cfg=dict(type='BN'), **(backbone or tiny)),
            decode_head=head_cfg(**head_options),
            test_cfg=dict(mode='whole'),
        )
    )
