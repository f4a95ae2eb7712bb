"""Cost of models: python tools/get_flops.py [CONFIG ...] [--shape H W] [--cfg-options ...].

Without a config: every published row that there is a config for, beside ours.
"""

import argparse
import contextlib
import json
import sys
import warnings
from dataclasses import asdict
from pathlib import Path

from mmengine.config import DictAction

CONFIGS = Path(__file__).parents[1] / 'configs'


def count_models(parser: argparse.ArgumentParser) -> tuple[argparse.Namespace, list]:
    """Read the command line, which tells the models and their size, and count them."""
    parser.add_argument('configs', nargs='*', type=Path, metavar='CONFIG')
    size = "of the image; by default that of the evaluation on the config's dataset"
    parser.add_argument('--shape', nargs=2, type=int, metavar=('H', 'W'), help=size)
    parser.add_argument(
        '--cfg-options', nargs='+', action=DictAction, default={}, help='key=value overrides'
    )
    args = parser.parse_args()
    for config in args.configs:
        if not config.is_file():
            parser.error(f'config file {str(config)!r} does not exist')
    if args.shape and min(args.shape) < 1:
        parser.error(f'--shape takes two positive numbers, got {args.shape}')
    if not args.configs and (args.shape or args.cfg_options):
        parser.error('--shape and --cfg-options need a CONFIG')
    warnings.filterwarnings('ignore')
    with contextlib.redirect_stdout(sys.stderr):  # the framework prints while it is imported
        from mmseg_scr.costs import UnknownSizeError, count_configs, count_published

        if not args.configs:
            return args, count_published(CONFIGS)
        try:
            return args, count_configs(args.configs, shape=args.shape, options=args.cfg_options)
        except UnknownSizeError as error:
            parser.error(f'{error} with --shape H W')


def main() -> None:
    """Print the tables, and write the counts as JSON if asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--json', type=Path, metavar='FILE', help='write all counts here too')
    args, counted = count_models(parser)
    from mmseg_scr.costs import format_costs

    print(format_costs(counted, with_parts=bool(args.configs)))
    if args.json:
        args.json.write_text(json.dumps([asdict(cost) for cost in counted], indent=2) + '\n')


if __name__ == '__main__':
    main()
