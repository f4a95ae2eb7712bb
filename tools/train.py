"""Train a segmentor: python tools/train.py CONFIG [--work-dir DIR] [--resume] [--amp]."""

import argparse
import os
from pathlib import Path

from mmengine.config import Config, DictAction
from mmengine.runner import Runner

from mmseg_scr.datasets import check_folders


def parse_args() -> argparse.Namespace:
    """Options with mmsegmentation's names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('config', help='a config file')
    parser.add_argument('--work-dir', help='logs and weights; work_dirs/<config name> by default')
    parser.add_argument('--resume', action='store_true', help='go on from the last checkpoint')
    parser.add_argument('--amp', action='store_true', help='automatic mixed precision (GPU)')
    parser.add_argument('--cfg-options', nargs='+', action=DictAction, help='key=value overrides')
    parser.add_argument('--launcher', choices=['none', 'pytorch', 'slurm', 'mpi'], default='none')
    parser.add_argument('--local_rank', '--local-rank', type=int, default=0)
    return parser.parse_args()


def main() -> None:
    """Build the runner that the config and the options describe, and train."""
    args = parse_args()
    os.environ.setdefault('LOCAL_RANK', str(args.local_rank))
    config = Config.fromfile(args.config)
    config.launcher = args.launcher
    config.merge_from_dict(args.cfg_options or {})
    config.work_dir = args.work_dir or config.get('work_dir', f'work_dirs/{Path(args.config).stem}')
    config.resume = args.resume or config.get('resume', False)
    if args.amp:
        config.optim_wrapper.update(type='AmpOptimWrapper', loss_scale='dynamic')
    start = config.get('load_from')
    if start and '://' not in start and not Path(start).is_file():
        raise FileNotFoundError(f'load_from={start!r} does not exist; correct the path or unset it')
    check_folders(config, 'train_dataloader', 'val_dataloader')
    Runner.from_cfg(config).train()


if __name__ == '__main__':
    main()
