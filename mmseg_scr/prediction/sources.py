"""What a command names: pictures, folders, globs, videos, a camera, and what is none of these."""

import glob
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from mmseg_scr.prediction.names import name_apart

PICTURES = (
    '.bmp .dib .gif .jfif .jp2 .jpeg .jpg .pbm .pgm .png .pnm .ppm .tif .tiff .webp'  # suffixes
)
VIDEOS = '.avi .m4v .mkv .mov .mp4 .mpeg .mpg .ts .webm .wmv'
STANDARD_INPUT = '-'


@dataclass(frozen=True)
class Source:
    """One thing to predict on.

    Attributes:
        kind: 'picture', 'video' or 'camera'.
        path: of the file; the number of a camera.
        name: where results lie below a folder of results, without a suffix, with forward slashes.
    """

    kind: str
    path: str
    name: str


@dataclass(frozen=True)
class Failure:
    """Something that could not be done, by the name under which the user knows it."""

    name: str
    reason: str


def list_sources(
    inputs: Iterable[str], *, lines: Iterable[str] = (), leave_out: Path | None = None
) -> tuple[list[Source], list[Failure]]:
    """List what the inputs name, each file once, in their order and by name inside of folders.

    A folder gives the pictures and videos in it and below, of hidden files and others nothing. A
    file that is named itself is taken whatever its suffix.

    Args:
        inputs: paths, patterns (``**`` stands for any folders), numbers of cameras, ``-`` for
            ``lines``.
        lines: of standard input, each an input.
        leave_out: a folder whose files are not inputs: that of the results.

    Returns:
        The sources, and the inputs that gave none.
    """
    found: dict[str, tuple[str, str, str]] = {}  # resolved path -> kind, path, root
    failures = []
    for given in _with_lines(inputs, lines):
        files, reason = _files(given)
        kept = [f for f in files if not (leave_out and _is_below(f[1], leave_out))]
        if not kept:
            reason = reason or f'everything in it lies in the folder of the results, {leave_out}'
            failures.append(Failure(given, reason))
        for kind, path, root in kept:
            key = path if kind == 'camera' else os.path.realpath(path)
            found.setdefault(key, (kind, path, root))
    if not found and not failures:
        failures.append(Failure(STANDARD_INPUT, 'standard input has no line'))
    names = name_apart([(f'camera-{p}' if k == 'camera' else p, r) for k, p, r in found.values()])
    sources = [Source(*each[:2], name) for each, name in zip(found.values(), names, strict=True)]
    return sources, failures


def _with_lines(inputs: Iterable[str], lines: Iterable[str]) -> Iterator[str]:
    for given in inputs:
        if given == STANDARD_INPUT:
            yield from (line for raw in lines if (line := raw.rstrip('\r\n')))
        else:
            yield given


def _files(given: str) -> tuple[Sequence[tuple[str, str, str]], str]:
    """(kind, path, root of its name) of what an input names, or the reason why that is nothing."""
    path = os.path.expanduser(given)
    if os.path.isdir(path):
        files = [(_kind(file), file, path) for file in _walk(path)]
        return files, '' if files else f'no picture and no video in this folder ({_suffixes()})'
    if os.path.exists(path):
        return [(_kind(path) or 'picture', path, os.path.dirname(path))], ''
    if given.isdecimal():
        return [('camera', given, '')], ''
    if glob.has_magic(path):
        return _matches(path)
    return [], 'no such file or folder'


def _matches(pattern: str) -> tuple[Sequence[tuple[str, str, str]], str]:
    root = pattern
    while glob.has_magic(root):
        root = os.path.dirname(root)
    files = []
    for match in sorted(glob.glob(pattern, recursive=True)):
        below = _walk(match) if os.path.isdir(match) else [match] if _kind(match) else []
        files += [(_kind(file), file, root) for file in below]
    return files, '' if files else 'the pattern matches no picture and no video'


def _walk(folder: str) -> Iterator[str]:
    for parent, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith('.'))
        for name in sorted(files):
            if not name.startswith('.') and _kind(name):
                yield os.path.join(parent, name)


def _kind(path: str) -> str:
    suffix = os.path.splitext(path)[1].lower()
    return 'picture' if suffix in PICTURES.split() else 'video' if suffix in VIDEOS.split() else ''


def _suffixes() -> str:
    return f'{PICTURES} {VIDEOS}'


def _is_below(path: str, folder: Path) -> bool:
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder))
