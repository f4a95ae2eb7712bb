"""Configs of small networks on drawn scenes, with checkpoints, as a training leaves them."""

from pathlib import Path

import torch
from builders.fill import fill_parameters
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmseg.registry import MODELS

DEMO = Path(__file__).parents[2] / 'configs' / 'demo'
END = '_mscan-nano_1xb4-adamw-200_street-scenes-96x192.py'
SMALL = """
_base_ = {base!r}
model = dict(
    backbone=dict(embed_dims=[8, 16, 24, 32], depths=[1] * 4, mlp_ratios=[2] * 4),
    decode_head=dict({head}),
)
test_dataloader = dict(dataset=dict(length=3, size=(64, 96)))
{more}
"""
WIDTHS = 'in_channels=[8, 16, 24, 32], channels=16'


def write_trained(
    folder: Path, method: str, *, seed: int = 0, head: str = WIDTHS, more: str = ''
) -> tuple[Path, Path]:
    """Write a config of a method of ``configs/demo``, made small, and a checkpoint of its model.

    Args:
        folder: gets ``config.py`` and ``weights.pth``.
        method: ``'baseline'``, ``'scr'`` or another beginning of a name.
        seed: of the weights.
        head: what is set of the decode head.
        more: further lines of the config.
    """
    folder.mkdir(parents=True, exist_ok=True)
    config, checkpoint = folder / 'config.py', folder / 'weights.pth'
    config.write_text(SMALL.format(base=str(DEMO / f'{method}{END}'), head=head, more=more))
    init_default_scope('mmseg')
    model = fill_parameters(MODELS.build(Config.fromfile(config).model), scale=0.2, seed=seed)
    torch.save(dict(state_dict=model.state_dict(), meta={}), checkpoint)
    return config, checkpoint
