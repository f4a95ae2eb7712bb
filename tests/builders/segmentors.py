"""Small whole segmentors whose weights and statistics are neither zero nor one."""

from builders.fill import fill_parameters
from builders.tiny_models import tiny_config
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmseg.models import BaseSegmentor
from mmseg.registry import MODELS
from torch import Tensor, nn


class PlainBackbone(nn.Module):
    """One map of 8 channels at stride 4, which takes a compiler no time."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 5, stride=4, padding=2)
        self.norm = nn.BatchNorm2d(8)

    def forward(self, x: Tensor) -> tuple[Tensor]:
        """(B, 3, H, W) -> ((B, 8, H/4, W/4),)."""
        return (self.norm(self.conv(x)).relu(),)


def tiny_segmentor(head: str = 'UPerHead', *, scale: float = 0.1, **test_cfg) -> BaseSegmentor:
    """Build a network of MSCAN with that head for 5 classes, in evaluation mode."""
    return _filled(tiny_config(head, **test_cfg), scale)


def plain_segmentor(**test_cfg) -> BaseSegmentor:
    """Build three convolutions that are a segmentor for 5 classes, in evaluation mode."""
    config = tiny_config(**test_cfg)
    config.model.decode_head = dict(
        type='FCNHead',
        in_channels=8,
        in_index=-1,
        channels=8,
        num_convs=1,
        concat_input=False,
        num_classes=5,
        norm_cfg=dict(type='BN'),
    )
    init_default_scope('mmseg')
    return _filled(config, 0.3, PlainBackbone())


def _filled(config: Config, scale: float, backbone: nn.Module | None = None) -> BaseSegmentor:
    model = MODELS.build(config.model)
    model.backbone = backbone or model.backbone
    fill_parameters(model.backbone, scale=scale)
    fill_parameters(model.decode_head, scale=scale)
    model.cfg = config
    return model.eval()
