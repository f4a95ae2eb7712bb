"""Make small files of a checkpoint that others load by name.

python tools/publish.py CHECKPOINT CONFIG --name NAME --title TITLE --out DIR [--metrics FILE ...]
"""

import argparse
import warnings
from pathlib import Path

CONFIGS = Path(__file__).resolve().parents[1] / 'configs'


def parse_args() -> argparse.Namespace:
    """The files, and what they do not tell."""
    parser = argparse.ArgumentParser(description=__doc__.split('\n', maxsplit=1)[0])
    parser.add_argument('checkpoint', type=Path, help='of the training, the best one for instance')
    parser.add_argument('config', type=Path, help='of the training')
    parser.add_argument('--name', required=True, help='by which it is loaded')
    parser.add_argument('--title', help='one line for people; the name by default')
    parser.add_argument('--out', type=Path, required=True, help='folder for NAME.pth and NAME.json')
    parser.add_argument(
        '--metrics',
        nargs='+',
        default=[],
        metavar='[SET=]FILE',
        help='JSON of tools/test.py, or of a run of tools/ablate.py; SET is test by default',
    )
    parser.add_argument(
        '--sample', type=int, default=0, help='score the files on so many first test images'
    )
    parser.add_argument('--command', help='that trained it; tools/train.py CONFIG by default')
    parser.add_argument('--license', default='Apache-2.0', help='of the weights, with its notes')
    parser.add_argument(
        '--limit',
        type=float,
        default=10,
        help='largest size in MB (1e6 bytes), %(default)s by default',
    )
    return parser.parse_args()


def main() -> None:
    """Publish, and say how near the result is."""
    args = parse_args()
    warnings.filterwarnings('ignore')
    from mmseg_scr.runs.metric_files import read_metric_files
    from mmseg_scr.runs.publication import About, publish

    config = args.config.resolve()
    is_ours = config.is_relative_to(CONFIGS)
    place = config.relative_to(CONFIGS) if is_ours else Path(config.name)
    files = args.checkpoint, args.config, args.out
    try:
        about = About(
            title=args.title or args.name,
            config=place.as_posix(),
            command=args.command or f'python tools/train.py {"configs/" if is_ours else ""}{place}',
            license=args.license,
            metrics=read_metric_files(args.metrics),
        )
        done = publish(*files, args.name, about, limit=args.limit, sample=args.sample)
    except (ValueError, FileNotFoundError) as error:
        raise SystemExit(f'Not published: {error}') from None
    print(
        f'{done.weights}: {done.card.bytes / 1e6:.2f} MB, SHA-256 {done.card.sha256}\n'
        f'Against the checkpoint, on random images: logits differ by at most {done.difference:.2g} '
        f'(their standard deviation is {done.spread:.2g}), the class is the same at '
        f'{100 * done.agreement:.2f} % of the pixels.'
    )
    if done.card.sample:
        print(
            f'On the first {done.card.sample["images"]} test images: {done.card.sample["metrics"]}'
        )
    print(f'In mmseg_scr/weights/files it is mmseg_scr://{args.name} (Weights: of a metafile).')


if __name__ == '__main__':
    main()
