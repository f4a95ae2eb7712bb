"""Compare the speed of models in one process, in runs that take turns.

python tools/compare_speed.py CONFIG [CONFIG ...] [--against KEY=VALUE ...] [--train] [--shape H W]

With --against the first config is also run with these overrides, and ratios are to that variant.
"""

import argparse
import warnings
from pathlib import Path

from mmengine.config import Config, DictAction


def parse_args() -> argparse.Namespace:
    """Which models, at which size, and how often."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('configs', nargs='+', type=Path, metavar='CONFIG')
    parser.add_argument('--against', nargs='+', action=DictAction, metavar='KEY=VALUE')
    parser.add_argument('--train', action='store_true', help='losses and gradients, not inference')
    parser.add_argument('--shape', nargs=2, type=int, default=(512, 512), metavar=('H', 'W'))
    parser.add_argument('--batch', type=int, default=1)
    parser.add_argument('--rounds', type=int, default=20)
    parser.add_argument('--device', default='cpu')
    args = parser.parse_args()
    for config in args.configs:
        if not config.is_file():
            parser.error(f'config file {str(config)!r} does not exist')
    if min(args.rounds, args.batch, *args.shape) < 1:
        parser.error('--shape, --batch and --rounds take positive numbers')
    return args


def main() -> None:
    """Print one row a model."""
    args = parse_args()
    warnings.filterwarnings('ignore')
    from mmengine.registry import init_default_scope
    from mmseg.registry import MODELS

    from mmseg_scr.speed.names import distinct_names
    from mmseg_scr.speed.turns import compare_speed, format_speed

    names = distinct_names(args.configs)
    configs = {n: Config.fromfile(path) for n, path in zip(names, args.configs, strict=True)}
    if args.against:
        variant = Config.fromfile(args.configs[0])
        variant.merge_from_dict(args.against)
        options = ' '.join(f'{key}={value}' for key, value in args.against.items())
        configs = {f'{names[0]} {options}': variant, **configs}
    init_default_scope('mmseg')
    models = {name: MODELS.build(config.model) for name, config in configs.items()}
    options = dict(rounds=args.rounds, batch=args.batch, training=args.train, device=args.device)
    print(format_speed(compare_speed(models, tuple(args.shape), **options)))


if __name__ == '__main__':
    main()
