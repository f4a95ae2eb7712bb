"""Time and memory of a training step by image size and batch, on a CPU.

python tools/training_table.py CONFIG [--sizes N ...] [--batches N ...] [--channels-last]
    [--checkpointed]
"""

import argparse
import warnings
from pathlib import Path

from mmengine.config import Config


def parse_args() -> argparse.Namespace:
    """Which model, at which sizes and batches, and how it is trained."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('config', type=Path, metavar='CONFIG')
    parser.add_argument(
        '--sizes', nargs='+', type=int, default=[128, 256], metavar='N', help='128 256 by default'
    )
    parser.add_argument(
        '--batches', nargs='+', type=int, default=[1, 2, 4], metavar='N', help='1 2 4 by default'
    )
    parser.add_argument('--rounds', type=int, default=3, help='%(default)s by default')
    parser.add_argument('--channels-last', action='store_true')
    parser.add_argument('--checkpointed', action='store_true', help='the blocks of the backbone')
    args = parser.parse_args()
    if not args.config.is_file():
        parser.error(f'config file {str(args.config)!r} does not exist')
    if min(args.rounds, *args.sizes, *args.batches) < 1:
        parser.error('--sizes, --batches and --rounds take positive numbers')
    return args


def main() -> None:
    """Print one row for each size and batch."""
    args = parse_args()
    warnings.filterwarnings('ignore')
    import torch
    from mmengine.registry import init_default_scope
    from mmseg.registry import MODELS

    from mmseg_scr.hooks.checkpointing import checkpoint_blocks
    from mmseg_scr.speed.training_table import format_training_table, training_table

    config = Config.fromfile(args.config)
    init_default_scope('mmseg')
    model = MODELS.build(config.model)
    if args.channels_last:
        model.to(memory_format=torch.channels_last)
    if args.checkpointed:
        checkpoint_blocks(model.backbone)
    sizes = [(side, side) for side in args.sizes]
    print(format_training_table(training_table(model, sizes, args.batches, rounds=args.rounds)))


if __name__ == '__main__':
    main()
