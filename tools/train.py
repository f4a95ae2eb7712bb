"""Train a segmentor: python tools/train.py CONFIG [--work-dir DIR] [--resume] [--amp]."""

import argparse

from mmseg_scr.datasets import check_folders
from mmseg_scr.runs.launch import add_run_options, read_run_config, resume_last, started_runner


def parse_args() -> argparse.Namespace:
    """Options with mmsegmentation's names."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_run_options(parser, work_dir='logs and weights')
    resume = 'go on from the last checkpoint of the work dir; without one start as the config says'
    parser.add_argument('--resume', action='store_true', help=resume)
    parser.add_argument('--amp', action='store_true', help='automatic mixed precision (GPU)')
    return parser.parse_args()


def main() -> None:
    """Build the runner that the config and the options describe, and train."""
    args = parse_args()
    config = read_run_config(args)
    if args.resume:
        resume_last(config)
    if args.amp:
        config.optim_wrapper.update(type='AmpOptimWrapper', loss_scale='dynamic')
    check_folders(config, 'train_dataloader', 'val_dataloader')
    with started_runner(config, trusted=args.trust_checkpoint) as runner:
        runner.train()


if __name__ == '__main__':
    main()
