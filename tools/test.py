"""Evaluate a checkpoint: python tools/test.py CONFIG CHECKPOINT [--tta] [--show-dir DIR]."""

import argparse

from mmseg_scr.datasets import check_folders
from mmseg_scr.runs.evaluation import (
    average_augmented,
    list_classes,
    paint_images,
    save_predictions,
)
from mmseg_scr.runs.launch import add_run_options, read_run_config, started_runner


def parse_args() -> argparse.Namespace:
    """Options with mmsegmentation's names."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_run_options(parser, work_dir='logs and the metrics as JSON')
    parser.add_argument('checkpoint', help='a checkpoint of that config')
    parser.add_argument('--out', help='folder for the predictions, as index PNGs')
    parser.add_argument('--show-dir', help='folder, inside the work dir, for painted images')
    parser.add_argument('--tta', action='store_true', help='average over scales and flips')
    return parser.parse_args()


def main() -> None:
    """Build the runner that the config and the options describe, and test."""
    args = parse_args()
    config = read_run_config(args)
    config.update(load_from=args.checkpoint, resume=False)
    list_classes(config)
    if args.show_dir:
        paint_images(config, args.show_dir)
    if args.tta:
        average_augmented(config)
    if args.out:
        save_predictions(config, args.out)
    check_folders(config, 'test_dataloader')
    with started_runner(config, trusted=args.trust_checkpoint) as runner:
        runner.test()


if __name__ == '__main__':
    main()
