"""Files that are there in full or not at all: written under another name, then renamed."""

import csv
import hashlib
import io
import itertools
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO
from weakref import finalize

try:
    import fcntl
except ModuleNotFoundError:  # Windows; there two processes must not write the same file
    fcntl = None

LONGEST = 255  # bytes of the name of a file
PREFIX = '.draft-'  # hidden; the next run writes over one that was left


class Drafts:
    """Files of one result, which appear together at the end.

    The draft of a file lies beside it and keeps its suffix, by which encoders know the format. It
    is locked while it is written, so that of two processes with the same file each has a draft of
    its own; the file is that of the last to commit.
    """

    def __init__(self) -> None:
        self._finals: dict[Path, Path] = {}
        self._locks: list[int] = []
        finalize(self, _unlock, self._locks)

    def open(self, final: Path) -> Path:
        """The draft of a file, empty; its folder is made, an old draft is removed."""
        return self._open(final, _make_file)

    def open_folder(self, final: Path) -> Path:
        """The draft of a folder, which is made."""
        return self._open(final, Path.mkdir)

    def _open(self, final: Path, make: Callable[[Path], None]) -> Path:
        final.parent.mkdir(parents=True, exist_ok=True)
        draft, lock = _claim_first(final, make)
        self._finals[draft] = final
        self._locks.extend(lock)
        return draft

    def commit(self) -> None:
        """Rename all drafts; what had their names is gone."""
        for draft, final in self._finals.items():
            if draft.is_dir():
                _remove(final)
            draft.replace(final)
        self._end()

    def drop(self) -> None:
        """Remove all drafts."""
        for draft in self._finals:
            _remove(draft)
        self._end()

    def _end(self) -> None:
        self._finals.clear()
        _unlock(self._locks)


def write_text(path: Path, text: str) -> None:
    """Write a text file in one step."""
    drafts = Drafts()
    draft = drafts.open(path)
    draft.write_text(text, encoding='utf-8', errors='surrogateescape', newline='')
    drafts.commit()


def write_csv(path: Path, rows: Iterable[Sequence[object]]) -> None:
    """Write a table in one step, with lines as RFC 4180 has them."""
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    write_text(path, text.getvalue())


def reach_the_disk(file: IO) -> None:
    """Return when all that was written to a file is there for good."""
    file.flush()
    os.fsync(file.fileno())


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a file, made where it is missing, against all others who ask for it.

    It may be appended to, and replaced at the end: who waits gets the one that is there then. It is
    let go of when the process ends, however it ends.
    """
    if fcntl is None:
        yield
        return
    while True:
        lock = os.open(path, os.O_RDONLY | os.O_CREAT, 0o666)
        try:
            with suppress(OSError):  # a file system without locks: as if nobody else wrote
                fcntl.flock(lock, fcntl.LOCK_EX)
            if _is_at(lock, path):
                yield
                return
        finally:
            os.close(lock)


def _claim_first(final: Path, make: Callable[[Path], None]) -> tuple[Path, list[int]]:
    """The first draft that nobody else writes, and its lock; what was left of later ones goes."""
    for number in itertools.count():
        draft = _draft(final, number)
        lock = _claim(draft, make)
        if lock is not None:
            break
    for later in itertools.count(number + 1):
        left = _draft(final, later)
        if not os.path.lexists(left):
            return draft, lock
        other = _claim(left, make)
        if other is not None:
            _remove(left)
            _unlock(other)


def _draft(final: Path, number: int) -> Path:
    start = f'{PREFIX}{f"{number}-" if number else ""}'
    name = os.fsencode(final.name)
    if len(start) + len(name) <= LONGEST:
        return final.with_name(start + final.name)
    return final.with_name(f'{start}{hashlib.sha256(name).hexdigest()}{final.suffix}')


def _claim(draft: Path, make: Callable[[Path], None]) -> list[int] | None:
    """Make a draft anew and lock it.

    Returns:
        The open file that holds the lock, which ends with the process at the latest; none where
        there are no locks. None if somebody else writes the draft.
    """
    if fcntl is None:
        _remove(draft)
        make(draft)
        return []
    while True:
        is_new = _made(draft, make)
        try:
            lock = os.open(draft, os.O_RDONLY)
        except FileNotFoundError:  # somebody else took it for one that was left
            continue
        if not _is_free(lock):
            os.close(lock)
            return None
        if _is_at(lock, draft):
            if is_new:
                return [lock]
            _remove(draft)
        os.close(lock)


def _made(draft: Path, make: Callable[[Path], None]) -> bool:
    if draft.is_symlink():
        draft.unlink(missing_ok=True)
    try:
        make(draft)
    except FileExistsError:
        return False
    return True


def _make_file(draft: Path) -> None:
    draft.touch(exist_ok=False)


def _is_free(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a file system without locks: as if nobody else wrote
        pass
    return True


def _is_at(lock: int, draft: Path) -> bool:
    """Whether the open file is still the one of that name."""
    try:
        return os.path.samestat(os.fstat(lock), draft.stat())
    except FileNotFoundError:
        return False


def _unlock(locks: list[int]) -> None:
    while locks:
        os.close(locks.pop())


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
