"""Predict on anything: python tools/predict.py INPUT... [--model CONFIG CHECKPOINT | --name NAME].

An INPUT is a picture, a folder, a pattern in quotes ('day/**/*.jpg'), a video, the number of a
camera, or - for lines of standard input that are inputs. Without --model and --name the best model
that comes with the package is taken. Results that are there are skipped, so a command that was
stopped goes on when it is repeated. Exit codes: 0 all done, 1 some inputs failed, 2 nothing could
be started, 130 stopped by Ctrl-C.
"""

import argparse
import csv
import os
import sys
import warnings
from pathlib import Path

from _shared_options import BY_DEFAULT, add_predictor_options, check_least, check_opacity

SHOWN = 20  # failures that are printed; all are in the file
FAILURES = 'failures.csv'
KINDS = ('overlay', 'index', 'side-by-side', 'probabilities')
PRECISIONS = ('float32', 'bfloat16', 'float16')


def parse_args() -> argparse.Namespace:
    """What to predict on, with which model, and what to write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('inputs', nargs='+', metavar='INPUT', help='see above')
    out = f'folder of results; {BY_DEFAULT}'
    parser.add_argument('--out', type=Path, default=Path('predictions'), help=out)
    parser.add_argument(
        '--save',
        nargs='+',
        choices=KINDS,
        default=['overlay', 'index'],
        help='of results; overlay and index by default',
    )
    parser.add_argument('--fast', action='store_true', help='optimize the model first, and check')
    parser.add_argument('--precision', choices=PRECISIONS, default=PRECISIONS[0], help='of --fast')
    add_predictor_options(parser)
    parser.add_argument('--frames', type=int, help='of a video or camera at most')
    parser.add_argument('--overwrite', action='store_true', help='also where results are there')
    args = parser.parse_args()
    check_opacity(parser, args.opacity)
    if args.precision != PRECISIONS[0] and not args.fast:
        parser.error('--precision needs --fast, which checks it')
    check_least(parser, args, frames=1)
    return args


def main() -> int:
    """Load the model, predict with a progress bar, say what failed."""
    args = parse_args()
    warnings.filterwarnings('ignore')
    # One message for a broken file is ours; OpenCV and its decoders would print many.
    os.environ.setdefault('OPENCV_LOG_LEVEL', 'SILENT')
    os.environ.setdefault('OPENCV_FFMPEG_LOGLEVEL', '-8')
    print('Loading the framework ...', flush=True)
    from mmseg_scr.prediction import list_sources

    lines = sys.stdin if '-' in args.inputs else ()
    sources, failures = list_sources(args.inputs, lines=lines, leave_out=args.out)
    try:
        report = run(args, sources) if sources else None
    except (ValueError, OSError) as error:
        print(f'error: {error}', file=sys.stderr)
        return 2
    if report:
        failures += report.outcome.failures
        print(summary(report.outcome, report.timing, len(failures), args.out))
    name_failures(failures, args.out)
    if report and report.timing is None:
        print('Stopped; the same command goes on.')
        return 130
    return 1 if failures else 0


def run(args: argparse.Namespace, sources: list):
    """Predict on the sources; a report of mmseg_scr.prediction."""
    from mmseg_scr.prediction import Layout, predict_sources
    from mmseg_scr.progress import progress_bars

    predictor = load_predictor(args, sources)
    with progress_bars(speed=True) as show:
        return predict_sources(
            sources,
            predictor,
            Layout(args.out, args.save),
            opacity=args.opacity,
            overwrite=args.overwrite,
            frame_limit=args.frames,
            progress=show,
            tell=print,
        )


def load_predictor(args: argparse.Namespace, sources: list):
    """The model of the command line; the folder of results is taken for it."""
    from mmseg_scr.prediction import Predictor, claim_folder, load_chosen, pick_device
    from mmseg_scr.prediction.settings import describe_model

    device = pick_device(args.device)
    trusted = args.trust_checkpoint
    name, model = load_chosen(args.model, args.name, device=device, trusted=trusted)
    print(f'Model {name} on {device}, {len(model.dataset_meta["classes"])} classes')
    options = dict(mode=args.mode, with_probabilities='probabilities' in args.save)
    weights = args.model and args.model[1]
    settings = describe_model(name, model, weights) | dict(mode=args.mode, opacity=args.opacity)
    # A video that was cut would count as done; a recording never meets one that is there.
    if args.frames and any(source.kind != 'camera' for source in sources):
        settings |= dict(frames=args.frames)
    if args.fast:
        from mmseg_scr.prediction.fast_predictor import FastPredictor

        predictor = FastPredictor(model, precision=args.precision, **options)
        settings |= {} if args.precision == PRECISIONS[0] else dict(precision=args.precision)
    else:
        predictor = Predictor(model, **options)
    claim_folder(args.out, settings, overwrite=args.overwrite)
    return predictor


def summary(outcome, timing, failed: int, out: Path) -> str:
    """Counts, speed, and the share of the time that was the model's, in a line or two."""
    lines = [
        f'{outcome.done} done, {outcome.skipped} skipped because their results are there, '
        f'{failed} failed; results in {out}'
    ]
    if timing and outcome.frames:
        lines.append(
            f'{outcome.frames} pictures or frames in {timing.total:.1f} s, '
            f'{outcome.frames / timing.total:.2f} a second; the model took '
            f'{100 * timing.share:.0f} % of the time'
        )
    return '\n'.join(lines)


def name_failures(failures: list, out: Path) -> None:
    """Print inputs that failed with the reason, and leave all of them in a file."""
    path = out / FAILURES
    path.unlink(missing_ok=True)
    if not failures:
        return
    out.mkdir(parents=True, exist_ok=True)
    with path.open('w', encoding='utf-8', errors='surrogateescape', newline='') as file:
        csv.writer(file).writerows([('input', 'reason'), *((f.name, f.reason) for f in failures)])
    for failure in failures[:SHOWN]:
        print(f'failed: {failure.name}: {failure.reason}', file=sys.stderr)
    if len(failures) > SHOWN:
        print(f'... and {len(failures) - SHOWN} more, all in {path}', file=sys.stderr)


if __name__ == '__main__':
    sys.exit(main())
