import json

from mmseg_scr.export import Cell, Limits, parity_record, parity_table

GOOD = Cell('odd', (1, 3, 33, 21), 2e-6, 1.0, 20.4, 9.6)
LABELS = Cell('scene', (1, 3, 64, 64), None, 0.99995, 20.4, 9.6)
WRONG = Cell('batch', (3, 3, 64, 64), 0.3, 0.7, 20.4, 9.6)
STOPPED = Cell('small', (1, 3, 8, 8), None, None, 20.4, None, 'Guard failed')


def test_table_has_a_row_a_picture_and_says_what_fails_and_why():
    lines = parity_table([GOOD, LABELS, WRONG, STOPPED], Limits()).splitlines()
    assert lines[2:] == [
        '| odd | 1, 33, 21 | 2.0e-06 | 1.000000 | 20 ms | 10 ms | ok |',
        '| scene | 1, 64, 64 | - | 0.999950 | 20 ms | 10 ms | ok |',
        '| batch | 3, 64, 64 | 3.0e-01 | 0.700000 | 20 ms | 10 ms | FAILS |',
        '| small | 1, 8, 8 | - | - | 20 ms | - | FAILS: Guard failed |',
    ]


def test_record_is_json_and_passes_only_if_every_picture_does():
    assert parity_record([GOOD, LABELS], Limits(), {})['passes']
    record = json.loads(json.dumps(parity_record([GOOD, WRONG], Limits(), {'task': 'a'})))
    assert not record['passes']
    assert [cell['passes'] for cell in record['cells']] == [True, False]
    assert record['limits'] == {'tolerance': 1e-4, 'agreement': 0.9999}
    assert record['metadata'] == {'task': 'a'}


def test_limits_bind_at_their_values():
    assert LABELS.passes(Limits(agreement=0.9999))
    assert not LABELS.passes(Limits(agreement=0.99996))
    assert not GOOD.passes(Limits(tolerance=1e-6))
