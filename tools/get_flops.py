"""One table of costs for any set of models, by part and beside the published figures.

python tools/get_flops.py [CONFIG ...] [--shape H [W]] [--cfg-options ...] [--out DIR]

Without a config: every published row that there is a config for.
"""

import argparse
import contextlib
import sys
import warnings
from pathlib import Path

from mmengine.config import DictAction

CONFIGS = Path(__file__).parents[1] / 'configs'
FILES = 'table.md, table.csv, costs.json, costs_by_part.png and accuracy_cost.png'


def read_arguments(parser: argparse.ArgumentParser) -> argparse.Namespace:
    """Which models, at which size, and where to write; ``shape`` is (H, W) or None."""
    parser.add_argument('configs', nargs='*', type=Path, metavar='CONFIG')
    size = "of the image, square if one; by default that of the evaluation on the config's dataset"
    parser.add_argument(
        '--shape', nargs='+', type=int, metavar='N', help=f'height and width {size}'
    )
    parser.add_argument(
        '--cfg-options', nargs='+', action=DictAction, default={}, help='key=value overrides'
    )
    parser.add_argument('--out', type=Path, metavar='DIR', help=f'write {FILES} here')
    args = parser.parse_args()
    for config in args.configs:
        if not config.is_file():
            parser.error(f'config file {str(config)!r} does not exist')
    if args.shape and (min(args.shape) < 1 or len(args.shape) > 2):
        parser.error(f'--shape takes one or two positive numbers, got {args.shape}')
    if not args.configs and (args.shape or args.cfg_options):
        parser.error('--shape and --cfg-options need a CONFIG')
    args.shape = args.shape and (args.shape[0], args.shape[-1])
    return args


def main() -> None:
    """Print the table, and write it with its pictures if asked to."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    args = read_arguments(parser)
    warnings.filterwarnings('ignore')
    with contextlib.redirect_stdout(sys.stderr):  # the framework prints while it is imported
        from mmseg_scr import costs

        try:
            counted = (
                costs.count_configs(args.configs, shape=args.shape, options=args.cfg_options)
                if args.configs
                else costs.count_published(CONFIGS)
            )
        except costs.UnknownSizeError as error:
            parser.error(f'{error} with --shape H W')
    print(costs.format_report(counted))
    if args.out:
        costs.write_report(args.out, counted)


if __name__ == '__main__':
    main()
