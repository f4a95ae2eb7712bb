"""Untrained models of the demo, saved as mmengine saves a training's, and published."""

from pathlib import Path

import torch
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmseg.registry import DATASETS, MODELS

from mmseg_scr.runs.publication import About, Publication, publish

CONFIGS = Path(__file__).parents[2] / 'configs'
DEMO = 'demo/{}_mscan-nano_1xb4-adamw-200_street-scenes-96x192.py'
ABOUT = dict(
    title='a model',
    command='python tools/train.py CONFIG',
    license='Apache-2.0',
    metrics={'test': {'mIoU': 1.0}},
)


def demo_config(method: str = 'scr') -> Path:
    """A config of the demo."""
    return CONFIGS / DEMO.format(method)


def save_training(path: Path, config: Path, **changes: object) -> Path:
    """Write what mmengine writes at iteration 7; `changes` replace parts of it."""
    settings = Config.fromfile(config)
    init_default_scope('mmseg')
    torch.manual_seed(0)
    model = MODELS.build(settings.model)
    metainfo = DATASETS.get('StreetScenesDataset').METAINFO
    meta = dict(cfg=settings.pretty_text, dataset_meta=metainfo, iter=7, seed=3)
    whole = dict(meta=meta, state_dict=model.state_dict(), optimizer={'state': {}})
    torch.save(whole | changes, path)
    return path


def publish_demo(folder: Path, name: str = 'tiny', method: str = 'scr', **options) -> Publication:
    """Publish an untrained model of the demo into a folder."""
    config = demo_config(method)
    checkpoint = save_training(folder.parent / f'{name}_iter_7.pth', config)
    about = About(config=DEMO.format(method), **ABOUT)
    return publish(checkpoint, config, folder, name, about, **dict(limit=10) | options)
