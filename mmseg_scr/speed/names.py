"""Names of config files for a table, as short as they tell the files apart."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path


def distinct_names(paths: Sequence[Path]) -> list[str]:
    """One name a path: its stem, after as many folders as set it apart from the other paths.

    A path that stands there twice has a number at its second name.
    """
    names = [_name(path, set(paths) - {path}) for path in paths]
    seen = Counter()
    for i, name in enumerate(names):
        seen[name] += 1
        names[i] = name if seen[name] == 1 else f'{name} ({seen[name]})'
    return names


def _name(path: Path, others: set[Path]) -> str:
    for depth in range(1, len(path.parts) + 1):
        if all(_tail(other, depth) != _tail(path, depth) for other in others):
            break
    return _tail(path, depth)


def _tail(path: Path, depth: int) -> str:
    return '/'.join(path.with_suffix('').parts[-depth:])
