"""Which numbers of the records stand in which table, when nobody says."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mmseg_scr.runs.numbers import LAST_CROSS_ENTROPY, LAST_LOSS, numbers
from mmseg_scr.runs.records import RunRecord
from mmseg_scr.runs.rows import SCORE

BAND = re.compile(r'boundary/mIoU_w(?P<width>[\d.]+)')
MAIN_WIDTHS = 2  # of the bands around borders, those in the main table: the narrowest
BOUNDARY, ERRORS, CLASSES = 'boundary/', 'error/m', 'IoU/'
THE_SCORE_AGAIN = 'error/mIoU'


@dataclass(frozen=True)
class Choice:
    """Columns of a table; ``name`` is that of its files.

    The main table has costs and times too. In a table of ``classes`` no difference has an interval:
    among so many, chance alone would resolve some.
    """

    name: str
    metrics: tuple[str, ...]
    is_main: bool = False
    classes: bool = False


def choose_columns(
    records: Iterable[RunRecord], metrics: Sequence[str] | None = None
) -> list[Choice]:
    """The main table, and those of borders, kinds of errors and classes where records have them.

    Args:
        records: of one study.
        metrics: of the main table; by default the score, the narrowest bands around borders, their
            interior, and the last losses.

    Raises:
        ValueError: a metric that no record has.
    """
    names = list(dict.fromkeys(name for record in records for name in numbers(record)))
    unknown = [name for name in metrics or () if name not in names]
    if unknown:
        raise ValueError(f'no record has {unknown[0]!r}, only {", ".join(names)}')
    if metrics:
        return [Choice('table', tuple(metrics), is_main=True)]
    further = {
        'boundary': [name for name in names if name.startswith(BOUNDARY)],
        'errors': [n for n in names if n.startswith(ERRORS) and n != THE_SCORE_AGAIN],
        'classes': [name for name in names if name.startswith(CLASSES)],
    }
    return [
        Choice('table', tuple(_main(names)), is_main=True),
        *(Choice(k, tuple(v), classes=k == 'classes') for k, v in further.items() if v),
    ]


def _main(names: Sequence[str]) -> list[str]:
    losses = [name for name in (LAST_CROSS_ENTROPY, LAST_LOSS) if name in names]
    widths = sorted((match['width'] for match in map(BAND.fullmatch, names) if match), key=float)
    bands = [
        f'boundary/mIoU_{kind}{w}' for w in widths[:MAIN_WIDTHS] for kind in ('w', 'interior_w')
    ]
    return [*_scores(names), *(band for band in bands if band in names), *losses]


def _scores(names: Sequence[str]) -> list[str]:
    """The score; without it, all means that the records have."""
    return [SCORE] if SCORE in names else [n for n in names if n.startswith('m') and '/' not in n]
