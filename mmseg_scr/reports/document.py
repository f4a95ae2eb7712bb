"""What a report is made of, before it is HTML or markdown: sections of texts, tables, pictures."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import isfinite
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

NOTHING = '–'
CONTROL = re.compile(r'[\x00-\x1f\x7f-\x9f]')


@dataclass(frozen=True)
class Cell:
    """A cell of a table: what it shows, and by what rows are sorted, if by something else."""

    text: str
    value: float | None = None


@dataclass(frozen=True)
class Text:
    """A paragraph."""

    text: str
    kind: str = 'text'


@dataclass(frozen=True)
class Absent:
    """What there is nothing of, and why."""

    text: str
    kind: str = 'absent'


@dataclass(frozen=True)
class Table:
    """A table whose first column names its rows.

    Attributes:
        caption: what it tells, and how to read it.
        columns: titles.
        rows: as many cells each.
        sortable: rows may be sorted by any column.
        rising: column by which rows are sorted as they stand, lowest first.
        texts: columns that hold words, by their number; all others hold numbers.
    """

    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    sortable: bool = False
    rising: int | None = None
    texts: frozenset[int] = frozenset({0})
    kind: str = 'table'


@dataclass(frozen=True)
class Picture:
    """A figure with what it shows in words, for those who do not see it, and a caption."""

    figure: 'Figure'
    alt: str
    caption: str
    is_photograph: bool = False
    kind: str = 'picture'


Block = Text | Absent | Table | Picture


@dataclass
class Section:
    """A heading with what stands below it; ``name`` is its address in the page."""

    name: str
    title: str
    blocks: list[Block] = field(default_factory=list)


@dataclass
class Document:
    """A report."""

    title: str
    summary: list[str]
    sections: list[Section]


def clean(text: object) -> str:
    """What may stand in a page: without control characters and bytes that are no text."""
    known = str(text).encode('utf-8', 'surrogateescape').decode('utf-8', 'replace')
    return CONTROL.sub('\ufffd', known)


def word(text: object) -> Cell:
    """A cell of words."""
    return Cell(clean(text))


def number(value: float | None, digits: int = 2, *, signed: bool = False) -> Cell:
    """A cell of a number; a dash where there is none."""
    if value is None or not isfinite(value):
        return Cell(NOTHING)
    return Cell(f'{value:{"+" if signed else ""}.{digits}f}', float(value))
