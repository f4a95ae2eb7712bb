"""Learn drawn street scenes: python tools/demo.py [--out DIR] [--iterations N]. Needs no data."""

import argparse
import time
import warnings
from pathlib import Path

from _shared_options import check_least

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
    args = parser.parse_args()
    check_least(parser, args, iterations=1)
    return args


def main() -> None:
    """Run the demonstration with a progress bar and print its table."""
    args = parse_args()
    start = time.perf_counter()
    warnings.filterwarnings('ignore')
    print('Loading the framework ...', flush=True)
    from mmseg_scr.progress import progress_bars
    from mmseg_scr.runs.demo import format_table, run_demo
    from mmseg_scr.runs.shipped_pair import PAIR, format_pair, missing_models, show_pair

    absent = missing_models(PAIR)
    with progress_bars() as show:
        report = run_demo(METHODS, args.out, iterations=args.iterations, progress=show)
        pair = None if absent else show_pair(PAIR, args.out, progress=show)
    print(f'\nIoU in % on scenes that were not trained on\n{format_table(report)}')
    print('So few steps show that everything works, not which method is better.\n')
    if pair is None:
        print(f'No trained models {", ".join(absent)} come with this version; left out.')
    else:
        print(
            f'The models that come with the package, trained for {pair.iterations} iterations, on '
            f'{pair.scenes} unseen scenes, in %\n{format_pair(pair)}\nPicture {pair.panels}\n'
        )
    print(
        f'{time.perf_counter() - start:.0f} s; pictures {report.panels} and {report.curves}, '
        f'numbers {report.table}, runs in {args.out}'
    )


if __name__ == '__main__':
    main()
