"""A report of nothing, with names that would break a page that does not escape them."""

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from mmseg_scr.reports.document import (
    Absent,
    Cell,
    Document,
    Picture,
    Section,
    Table,
    Text,
    number,
    word,
)

HOSTILE = '<script>alert("1")</script>\'&amp;|`*_[x](y) {{ 7*7 }} </style>'


def figure():
    """A small drawing."""
    drawn = Figure(figsize=(3, 2))
    FigureCanvasAgg(drawn)
    drawn.subplots().plot([1, 3, 2])
    return drawn


def document(pictures=1):
    """With every kind of block, each with the hostile name in every text."""
    rows = [
        [word('b'), number(2.5), word('beta')],
        [word('a10'), number(-10), word(HOSTILE)],
        [word('a9'), Cell('–'), word('alpha')],
        [word(HOSTILE), number(9.5), word('x' * 300)],
    ]
    columns = ['name', 'value', HOSTILE]
    texts = frozenset({0, 2})
    shown = [
        Picture(figure(), f'A line of {HOSTILE}', HOSTILE, is_photograph=bool(i % 2))
        for i in range(pictures)
    ]
    sections = [
        Section('one', HOSTILE, [Text(HOSTILE), Absent(HOSTILE), *shown]),
        Section(
            'two',
            'Two',
            [
                Table(HOSTILE, columns, rows, sortable=True, rising=1, texts=texts),
                Table('plain', columns, rows, texts=texts),
            ],
        ),
    ]
    return Document(f'Report of {HOSTILE}', [HOSTILE], sections)
