"""Write a trained model to a file that needs no mmseg, and compare the two.

python tools/export.py CONFIG CHECKPOINT --format onnx|torch_export|aot_inductor --out FILE
    [--input picture] [--output labels] [--photo PICTURE] [--sizes 1x233x311 ...]

The file takes any batch, height and width, and holds the network in whole-image mode; --input
picture puts the normalisation inside, --output what is done with the logits. Beside it come
NAME.parity.json and NAME.parity.md. Exit codes: 0 written and equal to mmseg's prediction on every
picture, 1 not equal, so that the file and its reports are called NAME.failed, 2 nothing could be
written.
"""

import argparse
import re
import sys
import warnings
from pathlib import Path

from _shared_options import add_trust

FORMATS = ('onnx', 'torch_export', 'aot_inductor')
OUTPUTS = ('head', 'logits', 'probabilities', 'labels')
INPUTS = ('normalized', 'picture')
LONGEST = 1024  # side of a photograph; a larger one is made smaller


def parse_args() -> argparse.Namespace:
    """What to write, how it is called, and what counts as equal."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('config')
    parser.add_argument('checkpoint')
    parser.add_argument('--format', choices=FORMATS, required=True)
    parser.add_argument('--out', type=Path, required=True, metavar='FILE')
    parser.add_argument(
        '--input', choices=INPUTS, default='normalized', help='picture: 0 to 255, as OpenCV reads'
    )
    parser.add_argument('--output', choices=OUTPUTS, default='logits')
    parser.add_argument('--photo', type=Path, help='a picture of yours for the comparison')
    parser.add_argument(
        '--sizes', nargs='+', type=_size, metavar='BxHxW', help='of the drawn scenes to compare on'
    )
    parser.add_argument(
        '--example', type=_size, metavar='BxHxW', help='by which the model is traced; 2x264x328'
    )
    parser.add_argument(
        '--tolerance', type=float, default=1e-4, help='difference, as a share of the largest value'
    )
    parser.add_argument('--agreement', type=float, default=0.9999, help='share of equal labels')
    parser.add_argument('--overwrite', action='store_true', help='replace files that are there')
    add_trust(parser)
    args = parser.parse_args()
    if args.example and min(args.example) < 2:
        parser.error(f'--example must be 2x2x2 at least, got {"x".join(map(str, args.example))}')
    if not args.tolerance > 0 or not 0 < args.agreement <= 1:
        parser.error('--tolerance must be positive, --agreement above 0 and at most 1')
    return args


def main() -> int:
    """Write the file and its report, print the table."""
    args = parse_args()
    warnings.filterwarnings('ignore')
    print('Loading the framework ...', flush=True)
    try:
        return run(args)
    except (ValueError, OSError, ImportError) as error:
        print(f'error: {error}', file=sys.stderr)
        return 2


def run(args: argparse.Namespace) -> int:
    """Everything between the command line and the exit code."""
    from mmseg_scr.export import Delivery, Deployed, Limits, require_packages

    require_packages(args.format)
    files = Delivery(args.out, args.format)
    files.check(overwrite=args.overwrite)
    pictures = load_pictures(args)
    deployed = Deployed(load_model(args), normalize=args.input == 'picture', output=args.output)
    example = dict(example=args.example) if args.example else {}
    tell_what_is_special(deployed, **example)
    print(f'Writing {args.out} ...', flush=True)
    options = dict(source=source(args)) | example
    limits = Limits(args.tolerance, args.agreement)
    table, is_equal = files.write(deployed, pictures, limits, **options)
    print(table)
    if is_equal:
        return 0
    print(
        f'error: the file is not equal to the model everywhere, so it is {files.failed}; '
        'the rows that fail say where',
        file=sys.stderr,
    )
    return 1


def load_model(args: argparse.Namespace):
    """The model of the command line, on the CPU, without random numbers."""
    from mmseg_scr.prediction import load_model

    return load_model(args.config, args.checkpoint, trusted=args.trust_checkpoint)


def tell_what_is_special(deployed, **example: tuple[int, int, int]) -> None:
    """One line for each thing in which the file differs from the model of the config."""
    from mmseg_scr.export import fix_random_bases

    fixed = fix_random_bases(deployed.model, **example)
    if fixed:
        print(
            f'The model draws random bases at every call ({fixed} module): the file has one '
            'drawing, of seed 0, and is compared with the model that has it too.'
        )
    if deployed.model.test_cfg.get('mode', 'whole') == 'slide':
        print('The config predicts in sliding windows: the file has the network for one window.')


def load_pictures(args: argparse.Namespace) -> dict:
    """Scenes of the sizes that were asked for, and the photograph."""
    import cv2

    from mmseg_scr.export import SIZES, draw_pictures
    from mmseg_scr.prediction import read_picture

    photo = None
    if args.photo:
        try:
            photo = read_picture(args.photo)
        except ValueError as error:
            raise ValueError(f'the photograph {str(args.photo)!r}: {error}') from error
        scale = LONGEST / max(photo.shape)
        if scale < 1:
            photo = cv2.resize(photo, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    sizes = {f'scene {i}': size for i, size in enumerate(args.sizes or (), 1)} or SIZES
    return draw_pictures(sizes, photo)


def source(args: argparse.Namespace) -> dict[str, str]:
    """Where the model comes from, for the file."""
    from mmseg_scr.weights.card import digest

    found = dict(config=Path(args.config).name, checkpoint=Path(args.checkpoint).name)
    path = Path(args.checkpoint).expanduser()
    return found | (dict(checkpoint_sha256=digest(path)) if path.is_file() else {})


def _size(text: str) -> tuple[int, int, int]:
    match = re.fullmatch(r'([1-9]\d*)x([1-9]\d*)x([1-9]\d*)', text)
    if not match:
        raise argparse.ArgumentTypeError(f'must be BxHxW, as 3x160x224, got {text!r}')
    return tuple(map(int, match.groups()))


if __name__ == '__main__':
    sys.exit(main())
