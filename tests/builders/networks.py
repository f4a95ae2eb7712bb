"""Untrained networks whose predictions vary: no download, statistics and biases from pictures."""

import torch
from mmengine.config import Config, ConfigDict
from mmengine.model import revert_sync_batchnorm
from mmengine.registry import init_default_scope
from mmseg.models import BaseSegmentor
from mmseg.registry import MODELS
from torch import nn

from mmseg_scr.export import Deployed, draw_pictures

CALIBRATION = {'scenes': (4, 128, 160)}


def build_network(config: Config | dict, *, seed: int = 0) -> BaseSegmentor:
    """Build the model of a config with random weights, ready for prediction, classes numbered."""
    init_default_scope('mmseg')
    cfg = ConfigDict(config['model'])
    _forget_pretrained(cfg)
    torch.manual_seed(seed)
    model = revert_sync_batchnorm(MODELS.build(cfg))
    model.cfg = config if isinstance(config, Config) else Config(dict(model=cfg))
    _calibrate(model)
    count = model.num_classes
    model.dataset_meta = dict(
        classes=tuple(f'class {i}' for i in range(count)),
        palette=[[i % 256, 0, 0] for i in range(count)],
    )
    return model.eval()


def _forget_pretrained(cfg: ConfigDict) -> None:
    for key, value in list(cfg.items()):
        if key in ('init_cfg', 'pretrained'):
            cfg[key] = None
        elif isinstance(value, ConfigDict):
            _forget_pretrained(value)


@torch.no_grad()
def _calibrate(model: BaseSegmentor) -> None:
    """Normalise by statistics of pictures, over which all classes are equally likely on average."""
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = None  # the mean over all calls, of which there is one
    (pictures,) = draw_pictures(CALIBRATION).values()
    images = Deployed(model).normalize(pictures)
    model.train()(images, mode='tensor')
    heads = model.decode_head
    head = heads[-1] if isinstance(heads, nn.ModuleList) else heads
    nn.init.normal_(head.conv_seg.weight, std=head.conv_seg.in_channels**-0.5)
    logits = model.eval()(images, mode='tensor')
    head.conv_seg.bias -= logits.mean((0, 2, 3))
