"""Compare trained models in one page: python tools/report.py A B [C ...], the baseline first.

Each model is CONFIG CHECKPOINT, the work folder of a training, a folder of seeds as of
tools/ablate.py (TITLE with seed-0, seed-1, ...), or the name of a shipped model:

python tools/report.py base/config.py base/iter_2500.pth ours/config.py ours/iter_2500.pth
python tools/report.py work_dirs/ablation/baseline work_dirs/ablation/scr --out work_dirs/report

Predictions are kept, so that a command that was stopped goes on when it is repeated.
"""

import argparse
import os
import warnings
from pathlib import Path

from _shared_options import (
    BY_DEFAULT,
    add_test_set_options,
    add_titles,
    check_files,
    check_folder,
    check_least,
)


def parse_args() -> argparse.Namespace:
    """Which models, and what is shown."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add('models', nargs='+', metavar='MODEL', help='see above')
    add_titles(parser)
    add('--out', type=Path, default=Path('work_dirs/report'), metavar='DIR', help=BY_DEFAULT)
    cache = 'of predictions; predictions in --out by default'
    add('--cache', type=Path, metavar='DIR', help=cache)
    images = f'improved images, and as many worsened ones, of each pair of models; {BY_DEFAULT}'
    add('--images', type=int, default=3, metavar='N', help=images)
    rows = f'of the table of images, {BY_DEFAULT}'
    add('--rows', type=int, default=200, metavar='N', help=rows)
    size = f'that the page may have; pictures become coarser until it fits; {BY_DEFAULT}'
    add('--megabytes', type=float, default=15, help=size)
    choice = 'checkpoint of a folder that has both'
    add('--checkpoint', choices=('last', 'best'), default='last', help=choice)
    add_test_set_options(parser)
    args = parser.parse_args()
    check_least(parser, args, limit=1, images=0, rows=1)
    if args.megabytes <= 0:
        parser.error(f'--megabytes must be above 0, got {args.megabytes:g}')
    check_files(parser, args.models)
    check_folder(parser, args.out)
    args.error = parser.error
    return args


def main() -> None:
    """Write the report, and say where it is and how long the models took of it."""
    args = parse_args()
    warnings.filterwarnings('ignore')
    os.environ.setdefault('OPENCV_LOG_LEVEL', 'SILENT')
    print('Loading the framework ...', flush=True)
    from mmseg_scr import figures, reports
    from mmseg_scr.progress import progress_bars

    try:
        named = figures.read_models(args.models, prefer=args.checkpoint)
        titles = figures.titles_of([model.runs[0].pair for model in named], args.titles)
    except (ValueError, FileNotFoundError) as error:
        args.error(str(error))
    settings = reports.Settings(
        limit=args.limit,
        images=args.images,
        rows=args.rows,
        megabytes=args.megabytes,
        device=args.device,
        trusted=args.trust_checkpoint,
    )
    cache = args.cache or args.out / 'predictions'
    try:
        with progress_bars() as show:
            options = dict(cache=cache, settings=settings, progress=show)
            times = reports.write_report(named, titles, args.out, **options)
    except (ValueError, FileNotFoundError) as error:
        raise SystemExit(f'report.py: {error}') from None
    except KeyboardInterrupt:
        raise SystemExit('report.py: stopped; the same command goes on') from None
    print(times)
    print(args.out / reports.PAGE)
    print(args.out / reports.TWIN)


if __name__ == '__main__':
    main()
