"""Narrow decode heads of mmseg for the maps of `builders.inputs`."""

from builders.inputs import WIDTHS

BN = dict(type='BN')
CLASSES = 5
SHARED = dict(channels=16, num_classes=CLASSES, norm_cfg=BN, dropout_ratio=0.1)
ALL_MAPS = dict(in_channels=WIDTHS, in_index=[0, 1, 2, 3])
LAST_MAP = dict(in_channels=WIDTHS[-1], in_index=3)
SINGLE_STAGE_HEADS = {
    'FCNHead': dict(num_convs=1, **LAST_MAP),
    'PSPHead': dict(pool_scales=(1, 2), **LAST_MAP),
    'DepthwiseSeparableASPPHead': dict(
        dilations=(1, 2), c1_in_channels=WIDTHS[0], c1_channels=4, **LAST_MAP
    ),
    'UPerHead': dict(pool_scales=(1, 2), **ALL_MAPS),
    'SegformerHead': ALL_MAPS,
    'LightHamHead': dict(
        in_channels=WIDTHS[1:],
        in_index=[1, 2, 3],
        ham_channels=16,
        ham_kwargs=dict(MD_S=1, MD_R=4, train_steps=2, eval_steps=2, inv_t=100, rand_init=True),
    ),
    'SCRHead': dict(
        in_channels=WIDTHS,
        contrast=dict(type='PixelContrastLoss', embed_channels=8, max_samples=64, max_views=8),
    ),
}


def head_cfg(name: str) -> dict:
    """Return the config of a narrow head of that type."""
    return dict(type=name, **SHARED, **SINGLE_STAGE_HEADS[name])


def ocr_cfg() -> dict:
    """Return the config of a narrow OCR stage, whose forward also takes the stage before it."""
    return dict(type='OCRHead', ocr_channels=8, **SHARED, **LAST_MAP)
