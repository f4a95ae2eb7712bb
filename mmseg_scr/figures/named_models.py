"""The models that a command line names: files, folders of trainings, names of shipped ones."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from mmseg_scr.checks.checkpoints import LAST
from mmseg_scr.weights import list_weights
from mmseg_scr.weights.loading import SCHEME

NOTATION = (
    'CONFIG CHECKPOINT; the work folder of a training; a folder of seeds as of tools/ablate.py; or '
    'the name of a shipped model'
)
SEED = re.compile(r'seed-(?P<seed>\d+)')
PREFERENCES = ('last', 'best')
NUMBER = re.compile(r'\d+')


@dataclass(frozen=True)
class NamedRun:
    """One training.

    Attributes:
        config: its file; None of a shipped model, whose checkpoint holds it.
        checkpoint: a file, or an address that mmengine loads.
        seed: where its folder tells it.
        folder: that it was trained in, where that is known.
    """

    config: Path | None
    checkpoint: Path | str
    seed: int | None = None
    folder: Path | None = None

    @property
    def pair(self) -> tuple[Path | None, Path | str]:
        """Config and checkpoint."""
        return self.config, self.checkpoint


@dataclass(frozen=True)
class NamedModel:
    """What one word, or two, of a command line stand for.

    Attributes:
        runs: trainings of one experiment, by seed.
        without: seeds that have no checkpoint yet.
    """

    runs: tuple[NamedRun, ...]
    without: tuple[int, ...] = ()


def read_models(words: Sequence[str], *, prefer: str = 'last') -> list[NamedModel]:
    """What the words of a command line name, see ``NOTATION``.

    Args:
        words: of the command line.
        prefer: ``'last'`` or ``'best'`` checkpoint of a folder that has both.

    Raises:
        FileNotFoundError: a file or folder does not exist, or has no checkpoint.
        ValueError: a config without a checkpoint, a folder with several configs, an unknown name.
    """
    rest = iter(words)
    return [_read(word, rest, prefer) for word in rest]


def read_single_runs(words: Sequence[str]) -> list[tuple[Path | None, Path | str]]:
    """Config and checkpoint of each model, where each must be one training.

    Raises:
        ValueError: a folder of several seeds, or as of :func:`read_models`.
    """
    models = read_models(words)
    for model in models:
        if len(model.runs) > 1:
            folders = ', '.join(str(run.folder) for run in model.runs)
            raise ValueError(f'one training of a model is looked at here; name one of {folders}')
    return [model.runs[0].pair for model in models]


def _read(word: str, rest: Iterator[str], prefer: str) -> NamedModel:
    path = Path(word).expanduser()
    if path.is_dir():
        return _read_folder(path, prefer)
    if path.suffix in ('.py', '.json', '.yaml', '.yml'):
        checkpoint = next(rest, None)
        if checkpoint is None:
            raise ValueError(f'the config {word!r} needs its checkpoint after it ({NOTATION})')
        for file in (word, checkpoint):
            if '://' not in file and not Path(file).expanduser().is_file():
                raise FileNotFoundError(f'{file!r} does not exist')
        is_address = '://' in checkpoint
        file = checkpoint if is_address else Path(checkpoint).expanduser()
        return NamedModel((NamedRun(path, file, folder=None if is_address else file.parent),))
    name = word.removeprefix(SCHEME)
    shipped = [card.name for card in list_weights()]
    if name not in shipped:
        known = ', '.join(shipped) or 'there is none'
        raise FileNotFoundError(
            f'{word!r} does not exist: it is no folder, no config (.py) and no shipped model '
            f'({known}). A model is named by {NOTATION}'
        )
    return NamedModel((NamedRun(None, SCHEME + name),))


def _read_folder(folder: Path, prefer: str) -> NamedModel:
    by_seed = {
        int(match['seed']): inner
        for inner in folder.iterdir()
        if inner.is_dir() and (match := SEED.fullmatch(inner.name))
    }
    if not by_seed:
        match = SEED.fullmatch(folder.name)
        return NamedModel((_run(folder, prefer, int(match['seed']) if match else None),))
    runs, without = [], []
    for seed, inner in sorted(by_seed.items()):
        try:
            runs.append(_run(inner, prefer, seed))
        except FileNotFoundError:
            without.append(seed)
    if not runs:
        raise FileNotFoundError(f'no seed in {str(folder)!r} has a checkpoint: train there first')
    return NamedModel(tuple(runs), tuple(without))


def _run(folder: Path, prefer: str, seed: int | None) -> NamedRun:
    return NamedRun(_config(folder), _checkpoint(folder, prefer), seed, folder)


def _config(folder: Path) -> Path:
    """``config.py`` of a queue's run, or the only config that mmengine wrote."""
    own = folder / 'config.py'
    files = [own] if own.is_file() else sorted(folder.glob('*.py'))
    if not files:
        raise FileNotFoundError(
            f'{str(folder)!r} has no config (*.py): name the work folder of a training, or its '
            'config and checkpoint'
        )
    if len(files) > 1:
        names = ', '.join(file.name for file in files)
        raise ValueError(f'{str(folder)!r} has several configs ({names}): name CONFIG CHECKPOINT')
    return files[0]


def _checkpoint(folder: Path, prefer: str) -> Path:
    best = sorted(folder.glob('best_*.pth'), key=lambda file: file.stat().st_mtime)
    found = {'best': best[-1:], 'last': _last(folder)}
    order = [prefer, *(kind for kind in PREFERENCES if kind != prefer)]
    files = [file for kind in order for file in found[kind]]
    if not files:
        raise FileNotFoundError(f'{str(folder)!r} has no checkpoint (*.pth): train there first')
    return files[0]


def _last(folder: Path) -> list[Path]:
    """What mmengine says is last, wherever the folder lay then; else the highest number."""
    note = folder / LAST
    named = folder / Path(note.read_text().strip()).name if note.is_file() else None
    if named is not None and named.is_file():
        return [named]
    files = [file for file in folder.glob('*.pth') if not file.name.startswith('best_')]
    return sorted(files, key=lambda file: int((NUMBER.findall(file.stem) or [-1])[-1]))[-1:]
