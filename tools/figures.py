"""Draw figures of trained models by name.

python tools/figures.py --list
python tools/figures.py class-iou trimap --models CONFIG CHECKPOINT CONFIG CHECKPOINT
python tools/figures.py class-iou --models work_dirs/ablation/baseline/seed-0 NAME_OF_A_SHIPPED_ONE
python tools/figures.py offsets --models CONFIG CHECKPOINT --image 3 street.png
python tools/figures.py curves --records work_dirs/ablation/records.jsonl
"""

import argparse
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

MM_PER_INCH = 25.4
UNITS = {'mm': 1 / MM_PER_INCH, 'cm': 10 / MM_PER_INCH, 'in': 1.0}


def inches(text: str) -> float:
    """A width such as ``88mm``, ``8.8cm`` or ``3.5in``; a number alone is in millimetres."""
    number, unit = (text[:-2], text[-2:]) if text[-2:] in UNITS else (text, 'mm')
    try:
        width = float(number) * UNITS[unit]
    except ValueError:
        raise argparse.ArgumentTypeError(f'{text!r} is no width; write 88mm or 3.5in') from None
    if not 1 <= width <= 40:
        raise argparse.ArgumentTypeError(f'a width is 1 to 40 inches, got {width:.2f} in ({text})')
    return width


def image(text: str) -> int | Path:
    """A number is an image of the test set, anything else a file."""
    return int(text) if text.isdecimal() else Path(text)


def parse_args() -> argparse.Namespace:
    """Which figures of what."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add('names', nargs='*', metavar='NAME', help='figures, see --list')
    add('--list', action='store_true', help='name all figures, what they need and show')
    models = (
        'for each CONFIG CHECKPOINT, the work folder of a training, or the name of a shipped one; '
        'the baseline first'
    )
    add('--models', nargs='+', default=[], metavar='MODEL', help=models)
    add_titles(parser)
    images = 'numbers of the test set, from 0, or files'
    add('--image', nargs='+', type=image, default=[], metavar='N|FILE', help=images)
    add(
        '--pixel', nargs=2, type=int, metavar=('X', 'Y'), help='of attention; the centre by default'
    )
    add('--part', help='end of the path of the aligner or attention; the last by default')
    reductions = ('component', 'norm')
    add('--reduction', default='component', choices=reductions, help='of feature maps')
    add('--records', type=Path, help='of tools/ablate.py, for curves')
    add('--metrics', nargs='+', default=['loss', 'mIoU'], help='of curves')
    width = 'as printed: 88mm, 8.8cm or 3.5in; a number alone is in millimetres; 180 by default'
    add('--width', type=inches, default=180 / MM_PER_INCH, help=width)
    add('--format', default='png', choices=('png', 'svg', 'pdf'))
    add_test_set_options(parser)
    add('--out', type=Path, default=Path('work_dirs/figures'), metavar='DIR', help=BY_DEFAULT)
    args = parser.parse_args()
    check(parser, args)
    args.error = parser.error
    return args


def check(parser: argparse.ArgumentParser, args: argparse.Namespace) -> None:
    """Refuse what is wrong without the framework."""
    if not args.names and not args.list:
        parser.error('name a figure, or --list them')
    files = [file for file in (*args.image, args.records) if isinstance(file, Path)]
    check_files(parser, [*args.models, *files])
    check_least(parser, args, limit=1)
    check_folder(parser, args.out)


def main() -> None:
    """Draw, and say for each figure where it is or that the model has no such part."""
    args = parse_args()
    warnings.filterwarnings('ignore')
    from mmseg_scr import figures
    from mmseg_scr.progress import progress_bars

    if args.list:
        for name, kind in figures.FIGURES.items():
            print(f'{name:<16} {kind.needs:<40} {kind.shows}')
        return
    request = figures.Request(
        names=args.names,
        images=args.image,
        limit=args.limit,
        pixel=tuple(args.pixel) if args.pixel else None,
        part=args.part,
        reduction=args.reduction,
        records=args.records,
        metrics=args.metrics,
        width=args.width,
        suffix=args.format,
    )
    try:
        pairs = figures.read_single_runs(args.models)
        figures.check_request(request, len(pairs))
        titles = figures.titles_of(pairs, args.titles)
    except (ValueError, FileNotFoundError) as error:
        args.error(str(error))
    options = dict(device=args.device, trusted=args.trust_checkpoint)
    try:
        loaded = figures.load_models(pairs, titles, **options)
        with loaded as models, progress_bars() as show:
            outcomes = list(figures.draw_figures(request, models, args.out, show))
    except (ValueError, IndexError, FileNotFoundError) as error:
        raise SystemExit(f'figures.py: {error}') from None
    for name, path in outcomes:
        print(path or f'{name}: not drawn, the model has no such part')


if __name__ == '__main__':
    main()
