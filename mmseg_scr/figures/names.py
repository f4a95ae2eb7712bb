"""Short titles of models, from where their files lie."""

import os
from collections.abc import Sequence
from itertools import zip_longest
from pathlib import Path


def titles_of(
    pairs: Sequence[tuple[Path | None, Path | str]], titles: Sequence[str] | None = None
) -> list[str]:
    """The given titles, or else what tells the files apart.

    That is the first word of the configs' names, before an underscore; else the name or folder at
    which the paths of the configs differ; else that of the checkpoints.

    Args:
        pairs: config and checkpoint of each model; the checkpoint alone of a shipped one.
        titles: one a model.

    Raises:
        ValueError: another number of titles than of models, a title twice or with a slash in it, or
            a model twice.
    """
    if titles is None:
        files = [(config or checkpoint, checkpoint) for config, checkpoint in pairs]
        configs, checkpoints = zip(*files, strict=True) if files else ((), ())
        configs, checkpoints = ([_parts(f) for f in side] for side in (configs, checkpoints))
        words = [parts[-1].split('_')[0] for parts in configs]
        candidates = [words, *_levels(configs), *_levels(checkpoints)]
        titles = next((c for c in candidates if len({*c} - {''}) == len(pairs)), None)
        if titles is None:
            raise ValueError('two models are the same config and checkpoint; name each once')
    if len(titles) != len(pairs):
        raise ValueError(f'{len(titles)} titles {[*titles]} for {len(pairs)} models')
    if len(set(titles)) < len(titles) or any('/' in title for title in titles):
        raise ValueError(f'titles must be different words without a slash, got {[*titles]}')
    return list(titles)


def _parts(file: Path | str) -> Sequence[str]:
    """Of an address, or of the whole path of a file: the folder of a command has a name, too."""
    path = Path(file) if '://' in str(file) else Path(os.path.abspath(file))
    return path.with_suffix('').parts


def _levels(paths: Sequence[Sequence[str]]) -> list[list[str]]:
    """What all paths have at each place, counted from the end."""
    return [[*level] for level in zip_longest(*(p[::-1] for p in paths), fillvalue='')]
