"""The share of each class in every picture, as a CSV file that grows; its rows say what is done."""

import csv
import io
import os
from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np

from mmseg_scr.drafts import locked, write_text
from mmseg_scr.prediction.sources import Source

COLUMNS = ('name', 'source', 'width', 'height', 'frames')
LINE_END = '\n'
ENCODING = dict(encoding='utf-8', errors='surrogateescape', newline='')  # for any name of a file


def class_shares(labels: np.ndarray, count: int) -> np.ndarray:
    """(H, W) indices of classes -> (K,) shares of the pixels, 0 to 1."""
    return np.bincount(labels.ravel(), minlength=count) / labels.size


class ShareTable:
    """One row a picture or video, written when all of its results lie in place.

    Several processes may write to one file.

    Args:
        path: of the CSV file, whose folder exists. Of what a killed run left, a last row that is
            cut off is dropped.
        classes: K names. A file of other classes is begun anew.
    """

    def __init__(self, path: Path, classes: Sequence[str]) -> None:
        self.path = path
        self.classes = tuple(classes)
        self._header = [*COLUMNS, *classes]
        self._sources: dict[str, str] = {}  # name -> path that it was predicted on

    def load(self) -> None:
        """Read which names have a row."""
        self._sources = {row[0]: row[1] for row in self._rows()}

    def forget(self, names: Collection[str]) -> None:
        """Write the file anew without the rows of these names."""
        with locked(self.path):
            rows = [row for row in self._rows() if row[0] not in names]
            self._sources = {row[0]: row[1] for row in rows}
            buffer = io.StringIO()
            csv.writer(buffer, lineterminator=LINE_END).writerows([self._header, *rows])
            write_text(self.path, buffer.getvalue())

    def source_of(self, name: str) -> str | None:
        """The path that has a row of that name."""
        return self._sources.get(name)

    def add(self, source: Source, size: tuple[int, int], frames: int, shares: np.ndarray) -> None:
        """Append a row; it is in the file when this returns.

        Args:
            source: what was predicted on.
            size: (height, width).
            frames: 1 for a picture.
            shares: (K,), the mean over the frames.
        """
        path = full_path(source)
        row = [source.name, path, size[1], size[0], frames, *(f'{share:.6f}' for share in shares)]
        with locked(self.path), self.path.open('a', **ENCODING) as file:
            writer = csv.writer(file, lineterminator=LINE_END)
            if not file.tell():
                writer.writerow(self._header)
            writer.writerow(row)
        self._sources[source.name] = path

    def _rows(self) -> list[list[str]]:
        if not self.path.is_file():
            return []
        with self.path.open(**ENCODING) as file:
            text = file.read()
        whole = text[: text.rfind('\n') + 1]
        header, *rows = list(csv.reader(io.StringIO(whole))) or [[]]
        if header != self._header:
            return []
        last = {row[0]: row for row in rows if len(row) == len(header)}
        return list(last.values())


def full_path(source: Source) -> str:
    """By which a source is known whatever the working folder; the number of a camera."""
    return source.path if source.kind == 'camera' else os.path.realpath(source.path)
