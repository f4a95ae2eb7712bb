"""Learn drawn street scenes: python tools/demo.py [--out DIR] [--iterations N]. Needs no data."""

import argparse
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.progress import BarColumn, Progress, TimeElapsedColumn

CONFIGS = Path(__file__).parents[1] / 'configs' / 'demo'
METHODS = {
    'baseline': CONFIGS / 'baseline_mscan-nano_1xb4-adamw-200_street-scenes-96x192.py',
    'ours': CONFIGS / 'scr_mscan-nano_1xb4-adamw-200_street-scenes-96x192.py',
}


def parse_args() -> argparse.Namespace:
    """Where to write and how long to train."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--out', type=Path, default=Path('work_dirs/demo'), help='output folder')
    parser.add_argument('--iterations', type=int, default=200, help='training steps of each model')
    return parser.parse_args()


@contextmanager
def progress_bars() -> Iterator[Callable[[str, int, int], None]]:
    """Show a bar for each kind of work that the yielded function (what, done, total) is told of."""
    counts = '{task.completed}/{task.total}'
    with Progress('{task.description:<22}', BarColumn(), counts, TimeElapsedColumn()) as bars:
        tasks = {}

        def show(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total)
            bars.update(tasks[what], completed=done)

        yield show


def main() -> None:
    """Run the demonstration with a progress bar and print its table."""
    args = parse_args()
    start = time.perf_counter()
    warnings.filterwarnings('ignore')
    print('Loading the framework ...', flush=True)
    from mmseg_scr.analysis.demo import format_table, run_demo

    with progress_bars() as show:
        report = run_demo(METHODS, args.out, iterations=args.iterations, progress=show)
    print(f'\nIoU in % on scenes that were not trained on\n{format_table(report)}\n')
    print(
        f'{time.perf_counter() - start:.0f} s; pictures {report.panels} and {report.curves}, '
        f'numbers {report.table}, runs in {args.out}'
    )


if __name__ == '__main__':
    main()
