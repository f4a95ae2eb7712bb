"""Files that are there in full or not at all: written under another name, then renamed."""

import csv
import io
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

PREFIX = '.draft-'  # hidden; the next run writes over one that was left


class Drafts:
    """Files of one result, which appear together at the end.

    The draft of a file lies beside it and keeps its suffix, by which encoders know the format.
    """

    def __init__(self) -> None:
        self._finals: dict[Path, Path] = {}

    def open(self, final: Path) -> Path:
        """The draft of a file; its folder is made, an old draft is removed."""
        draft = final.with_name(PREFIX + final.name)
        draft.parent.mkdir(parents=True, exist_ok=True)
        _remove(draft)
        self._finals[draft] = final
        return draft

    def open_folder(self, final: Path) -> Path:
        """The draft of a folder, which is made."""
        draft = self.open(final)
        draft.mkdir()
        return draft

    def commit(self) -> None:
        """Rename all drafts; what had their names is gone."""
        for draft, final in self._finals.items():
            if draft.is_dir():
                _remove(final)
            draft.replace(final)
        self._finals.clear()

    def drop(self) -> None:
        """Remove all drafts."""
        for draft in self._finals:
            _remove(draft)
        self._finals.clear()


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


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
