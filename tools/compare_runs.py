"""Train configs for a short while, each from several seeds, and print one table.

python tools/compare_runs.py CONFIG [CONFIG ...] [--seeds 0 1 2] [--iterations N] [--out DIR]
python tools/compare_runs.py CONFIG --slot aligner [--parts SRM FAM]    # one run a part
"""

import argparse
import warnings
from pathlib import Path

from mmengine.config import Config


def parse_args() -> argparse.Namespace:
    """What to train, how long and where to write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('configs', nargs='+', type=Path, metavar='CONFIG')
    parser.add_argument('--slot', choices=['aligner', 'context'], help='of the one config')
    parser.add_argument('--parts', nargs='+', default=[], help='all of the slot by default')
    parser.add_argument('--seeds', nargs='+', type=int, default=[0])
    parser.add_argument('--iterations', type=int, help="of each run; the config's by default")
    parser.add_argument('--out', type=Path, default=Path('work_dirs/runs'), help='output folder')
    parser.add_argument(
        '--trust-checkpoint', action='store_true', help='also read checkpoints that can run code'
    )
    args = parser.parse_args()
    for config in args.configs:
        if not config.is_file():
            parser.error(f'config file {str(config)!r} does not exist')
    if args.slot and len(args.configs) > 1:
        parser.error(f'--slot takes one config, got {len(args.configs)}')
    if len({path.stem for path in args.configs}) < len(args.configs):
        parser.error('two configs have the same name')
    return args


def main() -> None:
    """Train with a progress bar a run and print the table."""
    args = parse_args()
    warnings.filterwarnings('ignore')
    print('Loading the framework ...', flush=True)
    from mmseg_scr.checks.checkpoints import only_safe_checkpoints
    from mmseg_scr.progress import progress_bars
    from mmseg_scr.runs.comparison import compare_runs, configs_of_parts, format_runs

    if args.slot:
        configs = configs_of_parts(args.configs[0], args.slot, args.parts)
    else:
        configs = {path.stem: Config.fromfile(path) for path in args.configs}
    safe = only_safe_checkpoints(configs.values(), trusted=args.trust_checkpoint)
    with safe, progress_bars() as show:
        options = dict(seeds=args.seeds, iterations=args.iterations, progress=show)
        runs = compare_runs(configs, args.out, **options)
    print(f'\n{format_runs(args.slot or "config", runs)}\n\nruns and table in {args.out}')


if __name__ == '__main__':
    main()
