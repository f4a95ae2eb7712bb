"""Names of results: those of the files below the folder that was given, longer where two meet."""

import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path, PurePath


def name_apart(files: Sequence[tuple[str, str]]) -> list[str]:
    """Name each file apart from all others.

    ``day/cat.jpg`` below ``day`` is ``cat``. Where names meet, all of them grow: by the name of
    the folder that was given, by the suffix, by both, at last to the whole path. So the name of a
    file does not depend on the order of the others.

    Args:
        files: (path, folder that was given) of different files.

    Returns:
        Relative paths without a suffix, with forward slashes; no two are equal, also where
        capitals do not count.

    >>> name_apart([('a/x.jpg', 'a'), ('b/x.jpg', 'b'), ('b/sub/y.png', 'b')])
    ['a/x', 'b/x', 'sub/y']
    """
    names = [''] * len(files)
    left = list(range(len(files)))
    taken: set[str] = set()
    for form in (_short, _with_folder, _with_suffix, _with_both, _whole):
        tried = {i: form(*files[i]) for i in left}
        counts = Counter(name.casefold() for name in tried.values())
        apart = [
            i for i, n in tried.items() if counts[n.casefold()] == 1 and n.casefold() not in taken
        ]
        for i in apart:
            names[i] = tried[i]
        taken |= {tried[i].casefold() for i in apart}
        left = [i for i in left if not names[i]]
    for i in left:  # whole paths that differ in capitals alone
        names[i] = f'{_whole(*files[i])}-{i}'
    return names


def _relative(path: str, root: str) -> PurePath:
    return PurePath(os.path.relpath(path, root or '.')) if path else PurePath()


def _short(path: str, root: str) -> str:
    return _relative(path, root).with_suffix('').as_posix()


def _with_folder(path: str, root: str) -> str:
    return (_folder(root) / _relative(path, root)).with_suffix('').as_posix()


def _with_suffix(path: str, root: str) -> str:
    return _relative(path, root).as_posix()


def _with_both(path: str, root: str) -> str:
    return (_folder(root) / _relative(path, root)).as_posix()


def _whole(path: str, root: str) -> str:
    absolute = Path(path).absolute()
    return absolute.relative_to(absolute.anchor).as_posix()


def _folder(root: str) -> PurePath:
    return PurePath(Path(root or '.').absolute().name)
