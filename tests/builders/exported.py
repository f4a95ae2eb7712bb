"""A segmentor of two convolutions, which an exporter writes in a second."""

from pathlib import Path

import numpy as np
import torch
from mmengine.config import Config, ConfigDict
from mmengine.registry import init_default_scope
from mmseg.registry import MODELS
from PIL import Image
from torch import nn

from mmseg_scr.datasets.scene_drawing.scene import draw_street_scene

CLASSES = ('road', 'car', 'tree', 'sky', 'dog')
PALETTE = [[200, 0, 0], [0, 190, 0], [0, 0, 180], [170, 170, 0], [0, 160, 160]]
PREPROCESSOR = dict(
    type='SegDataPreProcessor',
    mean=[123.675, 116.28, 103.53],
    std=[58.395, 57.12, 57.375],
    bgr_to_rgb=True,
    pad_val=7,
    test_cfg=dict(size_divisor=32),
)
HEAD = dict(type='FCNHead', in_channels=8, in_index=0, channels=8, num_convs=0, concat_input=False)
INSTALL = "pip install -e '.[onnx]' brings onnx, onnxruntime and onnxscript"


@MODELS.register_module()
class OneConvolution(nn.Module):
    """A backbone with one map, at a quarter of the size of the image."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 7, stride=4, padding=3)

    def forward(self, x):
        """(B, 3, H, W) -> a tuple of (B, 8, H / 4, W / 4)."""
        return (self.conv(x).relu(),)


@MODELS.register_module()
class NoisyConvolution(OneConvolution):
    """One that adds noise, also in evaluation."""

    def forward(self, x):
        """(B, 3, H, W) -> a tuple of (B, 8, H / 4, W / 4)."""
        (out,) = super().forward(x)
        return (out + torch.rand_like(out),)


def small_model(*, preprocessor: dict | None = None, backbone: str = 'OneConvolution', **head):
    """Build the model, with ``cfg`` and ``dataset_meta``; options are those of its head."""
    init_default_scope('mmseg')
    torch.manual_seed(0)
    config = dict(
        type='EncoderDecoder',
        data_preprocessor=PREPROCESSOR if preprocessor is None else preprocessor,
        backbone=dict(type=backbone),
        decode_head=HEAD | dict(num_classes=len(CLASSES)) | head,
        test_cfg=dict(mode='whole'),
    )
    model = MODELS.build(ConfigDict(config)).eval()
    nn.init.normal_(model.decode_head.conv_seg.weight)
    model.cfg = Config(dict(model=config))
    model.dataset_meta = dict(classes=CLASSES, palette=PALETTE)
    return model


def save_scene(path: Path, size: tuple[int, int] = (75, 110)) -> np.ndarray:
    """Write a drawn street scene as a picture; return it, (H, W, 3) uint8, BGR."""
    scene, _ = draw_street_scene(size, seed=5, index=0)
    Image.fromarray(np.ascontiguousarray(scene[..., ::-1])).save(path)
    return scene
