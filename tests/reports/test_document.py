from math import nan

import pytest

from mmseg_scr.reports.document import NOTHING, Cell, clean, number, word


@pytest.mark.parametrize(
    ('value', 'options', 'expected'),
    [
        (1.005, {}, Cell('1.00', 1.005)),
        (3, dict(digits=0), Cell('3', 3.0)),
        (-0.5, dict(digits=1, signed=True), Cell('-0.5', -0.5)),
        (0.5, dict(digits=1, signed=True), Cell('+0.5', 0.5)),
        (nan, {}, Cell(NOTHING)),
        (None, {}, Cell(NOTHING)),
    ],
)
def test_numbers_keep_their_value_for_sorting(value, options, expected):
    assert number(value, **options) == expected


def test_what_is_no_text_is_replaced():
    name = b'caf\xe9\x00\n'.decode('utf-8', 'surrogateescape')
    assert clean(name) == 'caf\ufffd\ufffd\ufffd'
    assert word('<é>').text == '<é>'
    clean(name).encode()
