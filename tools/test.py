"""Evaluate a checkpoint: python tools/test.py CONFIG CHECKPOINT [--tta] [--show-dir DIR]."""

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
    parser.add_argument('checkpoint', help='a checkpoint of that config')
    parser.add_argument('--work-dir', help='metrics as JSON; work_dirs/<config name> by default')
    parser.add_argument('--out', help='folder for the predictions, as index PNGs')
    parser.add_argument('--show-dir', help='folder, inside the work dir, for painted images')
    parser.add_argument('--tta', action='store_true', help='average over scales and flips')
    parser.add_argument('--cfg-options', nargs='+', action=DictAction, help='key=value overrides')
    parser.add_argument('--launcher', choices=['none', 'pytorch', 'slurm', 'mpi'], default='none')
    parser.add_argument('--local_rank', '--local-rank', type=int, default=0)
    return parser.parse_args()


def main() -> None:
    """Build the runner that the config and the options describe, and test."""
    args = parse_args()
    os.environ.setdefault('LOCAL_RANK', str(args.local_rank))
    config = Config.fromfile(args.config)
    config.launcher = args.launcher
    config.merge_from_dict(args.cfg_options or {})
    config.work_dir = args.work_dir or config.get('work_dir', f'work_dirs/{Path(args.config).stem}')
    config.load_from = args.checkpoint
    if '://' not in args.checkpoint and not Path(args.checkpoint).is_file():
        raise FileNotFoundError(f'checkpoint {args.checkpoint!r} does not exist')
    if args.show_dir:
        config.default_hooks.visualization.update(draw=True, interval=1)
        config.visualizer.save_dir = args.show_dir
    if args.tta:
        config.test_dataloader.dataset.pipeline = config.tta_pipeline
        config.model = dict(**config.tta_model, module=config.model)
    if args.out:
        config.test_evaluator.update(output_dir=args.out, keep_results=True)
    check_folders(config, 'test_dataloader')
    Runner.from_cfg(config).test()


if __name__ == '__main__':
    main()
