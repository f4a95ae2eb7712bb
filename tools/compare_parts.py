"""Train a config once for each part that fits a slot of its head, from one seed, and compare.

python tools/compare_parts.py CONFIG {aligner,context} [PART ...] [--iterations N] [--out DIR]
"""

import argparse
import warnings
from pathlib import Path

from rich.progress import Progress


def parse_args() -> argparse.Namespace:
    """What to train, how long and where to write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('config', type=Path, help='config of a model with an SCRHead')
    parser.add_argument('slot', choices=['aligner', 'context'])
    parser.add_argument('parts', nargs='*', metavar='PART', help='all of the slot by default')
    parser.add_argument('--iterations', type=int, help="of each run; the config's by default")
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--out', type=Path, default=Path('work_dirs/parts'), help='output folder')
    args = parser.parse_args()
    if not args.config.is_file():
        parser.error(f'config file {str(args.config)!r} does not exist')
    return args


def main() -> None:
    """Train with a progress bar a run and print the table."""
    args = parse_args()
    warnings.filterwarnings('ignore')
    print('Loading the framework ...', flush=True)
    from mmseg_scr.analysis.part_comparison import ROOMS, compare_parts, format_runs

    with Progress() as bars:
        tasks = {}

        def show(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total)
            bars.update(tasks[what], completed=done)

        runs = compare_parts(
            args.config,
            args.slot,
            args.parts or ROOMS[args.slot],
            args.out,
            iterations=args.iterations,
            seed=args.seed,
            progress=show,
        )
    print(f'\n{format_runs(args.slot, runs)}\n\nruns and table in {args.out}')


if __name__ == '__main__':
    main()
