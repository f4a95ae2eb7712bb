"""A config that trains in a second: the demo's network and images, much smaller."""

from pathlib import Path

from mmengine.config import Config

DEMO = Path(__file__).parents[2] / 'configs' / 'demo'
CONFIG = DEMO / 'scr_mscan-nano_1xb4-adamw-200_street-scenes-96x192.py'
THIN = {
    'model.backbone.embed_dims': [8, 8, 8, 8],
    'model.backbone.depths': [1, 1, 1, 1],
    'model.decode_head.in_channels': [8, 8, 8, 8],
    'model.decode_head.channels': 8,
    'train_dataloader.batch_size': 2,
    'train_dataloader.dataset.size': (32, 64),
    'val_dataloader.dataset.size': (32, 64),
    'val_dataloader.dataset.length': 2,
    'test_dataloader.dataset.size': (32, 64),
    'test_dataloader.dataset.length': 3,
    'train_cfg.max_iters': 12,
}
NO_EVALUATION = {
    f'{split}_{part}': None
    for split in ('val', 'test')
    for part in ('dataloader', 'evaluator', 'cfg')
}


def thin_config(**options):
    """The config with these options; its test counts every image too."""
    config = Config.fromfile(CONFIG)
    config.merge_from_dict(THIN | options)
    config.test_evaluator = [config.test_evaluator, dict(type='PerImageMetric')]
    return config
