"""Evaluate a checkpoint: python tools/test.py CONFIG CHECKPOINT [--tta] [--fast] [--out DIR]."""

import argparse

from mmseg_scr.datasets import check_folders
from mmseg_scr.runs.evaluation import (
    average_augmented,
    list_classes,
    paint_images,
    save_predictions,
)
from mmseg_scr.runs.launch import add_run_options, read_run_config, started_runner

PRECISIONS = ('float32', 'bfloat16', 'float16')


def parse_args() -> argparse.Namespace:
    """Options with mmsegmentation's names."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_run_options(parser, work_dir='logs and the metrics as JSON')
    parser.add_argument('checkpoint', help='a checkpoint of that config')
    parser.add_argument('--out', help='folder for the predictions, as index PNGs')
    parser.add_argument('--show-dir', help='folder, inside the work dir, for painted images')
    parser.add_argument('--tta', action='store_true', help='average over scales and flips')
    parser.add_argument('--fast', action='store_true', help='optimize the model first, and check')
    parser.add_argument('--precision', choices=PRECISIONS, default=PRECISIONS[0], help='of --fast')
    args = parser.parse_args()
    if args.precision != PRECISIONS[0] and not args.fast:
        parser.error('--precision needs --fast, which checks it')
    return args


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
        if args.fast:
            from mmseg_scr.acceleration import OptimizeHook

            runner.register_hook(OptimizeHook(args.precision))
        runner.test()


if __name__ == '__main__':
    main()
