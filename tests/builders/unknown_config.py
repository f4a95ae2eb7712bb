"""A config of somebody else: own head, own data in files, nothing of this package."""

from pathlib import Path

import cv2
import numpy as np
import torch
from builders.fill import fill_parameters
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmseg.registry import MODELS

CLASSES = ('ground', '<b>sky</b>', 'tree|bush')
SIZE = (40, 56)
MODULE = """
from mmseg.models import FCNHead
from mmseg.registry import MODELS

@MODELS.register_module(force=True)
class TheirHead(FCNHead):
    pass
"""
CONFIG = """
custom_imports = dict(imports=[{module!r}], allow_failed_imports=False)
default_scope = 'mmseg'
norm = dict(type='BN')
model = dict(
    type='EncoderDecoder',
    data_preprocessor=dict(
        type='SegDataPreProcessor', mean=[0.0] * 3, std=[255.0] * 3, bgr_to_rgb=True, pad_val=0,
        seg_pad_val=255, size={crop}, test_cfg=dict(size_divisor=32),
    ),
    backbone=dict(type='ResNet', depth=18, base_channels=4, norm_cfg=norm),
    decode_head=dict(
        type='TheirHead', in_channels=32, channels=8, num_convs=1, num_classes=3, norm_cfg=norm
    ),
    test_cfg={test_cfg},
)
pipeline = [
    dict(type='LoadImageFromFile'),
    dict(type='Resize', scale={scale}, keep_ratio=True),
    dict(type='LoadAnnotations'),
    dict(type='PackSegInputs'),
]
test_dataloader = dict(
    dataset=dict(
        type='BaseSegDataset', data_root={root!r}, img_suffix='.png',
        metainfo=dict(classes={classes}, palette=[[9, 9, 9], [0, 120, 200], [0, 160, 0]]),
        data_prefix=dict(img_path='images', seg_map_path='labels'), pipeline=pipeline,
    )
)
"""


def write_images(root: Path, names: tuple[str, ...]) -> Path:
    """Write images of noise, and labels of three stripes whose borders differ by image."""
    for kind in ('images', 'labels'):
        (root / kind).mkdir(parents=True, exist_ok=True)
    for index, name in enumerate(names):
        image = np.random.default_rng(index).integers(0, 256, (*SIZE, 3), np.uint8)
        label = np.zeros(SIZE, np.uint8)
        label[: 12 + index] = 1
        label[25 - index :] = 2
        label[:, :3] = 255
        cv2.imwrite(str(root / 'images' / f'{name}.png'), image)
        cv2.imwrite(str(root / 'labels' / f'{name}.png'), label)
    return root


def write_unknown(
    folder: Path,
    root: Path,
    *,
    module: str,
    scale: tuple[int, int] = SIZE[::-1],
    crop: tuple[int, int] = SIZE,
    test_cfg: dict | None = None,
    classes: tuple[str, ...] = CLASSES,
    seed: int = 0,
) -> tuple[Path, Path]:
    """Write ``config.py`` and ``weights.pth``.

    Args:
        folder: gets both.
        root: of :func:`write_images`.
        module: with the head, which can be imported.
        scale: (width, height) of the test.
        crop: of the training.
        test_cfg: of the model; whole images by default.
        classes: names.
        seed: of the weights.
    """
    folder.mkdir(parents=True, exist_ok=True)
    settings = dict(module=module, scale=scale, crop=crop, root=str(root), classes=classes)
    text = CONFIG.format(**settings, test_cfg=test_cfg or dict(mode='whole'))
    (folder / 'config.py').write_text(text)
    init_default_scope('mmseg')
    model = MODELS.build(Config.fromfile(folder / 'config.py').model)
    torch.save(fill_parameters(model, scale=0.2, seed=seed).state_dict(), folder / 'weights.pth')
    return folder / 'config.py', folder / 'weights.pth'
