"""Options that several commands have; without the framework, which takes seconds to load."""

import argparse
from collections.abc import Iterable
from pathlib import Path

MODES = ('auto', 'whole', 'slide')
BY_DEFAULT = '%(default)s by default'  # argparse names the value


def add_trust(parser: argparse.ArgumentParser | argparse._ArgumentGroup) -> None:
    """Add --trust-checkpoint."""
    trust = 'also read checkpoints that can run code'
    parser.add_argument('--trust-checkpoint', action='store_true', help=trust)


def add_titles(parser: argparse.ArgumentParser) -> None:
    """Add --titles, of commands that compare models."""
    titles = 'of the models; what tells their files apart by default'
    parser.add_argument('--titles', nargs='+', help=titles)


def add_test_set_options(parser: argparse.ArgumentParser) -> None:
    """Add what commands have that look at trained models on their test sets."""
    limit = 'the first N images of the test set alone'
    parser.add_argument('--limit', type=int, metavar='N', help=limit)
    parser.add_argument('--device', default='cpu')
    add_trust(parser)


def add_predictor_options(parser: argparse.ArgumentParser) -> None:
    """Add what commands have that predict on anything with one model."""
    add = parser.add_argument
    model = parser.add_mutually_exclusive_group()
    model.add_argument('--model', nargs=2, metavar=('CONFIG', 'CHECKPOINT'))
    model.add_argument('--name', help='of a model that comes with the package')
    add('--opacity', type=float, default=0.5, help='of the colours, 0 to 1')
    add('--mode', choices=MODES, default='auto', help='whole pictures or windows')
    add('--device', help='as cpu or cuda:1; the best one by default')
    add_trust(parser)


def check_opacity(parser: argparse.ArgumentParser, opacity: float) -> None:
    """Refuse what is no share."""
    if not 0 <= opacity <= 1:
        parser.error(f'--opacity must be 0 to 1, got {opacity}')


def check_least(parser: argparse.ArgumentParser, args: argparse.Namespace, **least: int) -> None:
    """Refuse options, by name, that are given and smaller than their least value."""
    for name, bound in least.items():
        value = getattr(args, name)
        if value is not None and value < bound:
            parser.error(f'--{name} must be at least {bound}, got {value}')


def check_files(parser: argparse.ArgumentParser, words: Iterable[str | Path]) -> None:
    """Refuse words that must be files and are none: paths, and names of configs and weights."""
    for word in words:
        is_file = isinstance(word, Path) or (word.endswith(('.py', '.pth')) and '://' not in word)
        if is_file and not Path(word).is_file():
            parser.error(f'{str(word)!r} does not exist')


def check_folder(parser: argparse.ArgumentParser, out: Path) -> None:
    """Refuse a folder for results (--out) that is a file, which is found out at the end else."""
    if out.is_file():
        parser.error(f'--out {str(out)!r} is a file, a folder is needed')
