import csv

import numpy as np
import pytest

from mmseg_scr.prediction.shares import ShareTable, class_shares
from mmseg_scr.prediction.sources import Source

CLASSES = ('road', 'car, red')


def picture(name):
    return Source('picture', f'in/{name}.png', name)


def test_shares_are_those_of_the_pixels():
    shares = class_shares(np.array([[0, 2], [2, 2]], np.uint8), 4)
    assert shares.tolist() == [0.25, 0, 0.75, 0]


@pytest.fixture
def table(tmp_path):
    table = ShareTable(tmp_path / 'shares.csv', CLASSES)
    table.load()
    table.forget(())
    for name in ('a', 'b\udcff'):
        table.add(picture(name), (20, 30), 1, np.array([0.25, 0.75]))
    return table


def rows(table):
    with table.path.open(newline='', errors='surrogateescape') as file:
        return list(csv.reader(file))


def test_rows_are_readable_by_others(table, tmp_path, monkeypatch):
    header, first, _ = rows(table)
    assert header == ['name', 'source', 'width', 'height', 'frames', *CLASSES]
    assert first[0] == 'a'
    assert first[1].endswith('/in/a.png')
    assert first[2:] == ['30', '20', '1', '0.250000', '0.750000']


def test_a_later_run_knows_what_is_there(table):
    later = ShareTable(table.path, CLASSES)
    later.load()
    assert later.source_of('a').endswith('/in/a.png')
    assert later.source_of('b\udcff') is not None
    assert later.source_of('c') is None


def test_a_row_that_a_killed_run_left_unfinished_is_dropped(table):
    content = table.path.read_bytes()
    table.path.write_bytes(content[:-5])
    later = ShareTable(table.path, CLASSES)
    later.load()
    assert later.source_of('a')
    assert later.source_of('b\udcff') is None
    later.forget(())
    assert len(rows(later)) == 2


def test_forgotten_names_have_no_row_and_others_keep_theirs(table):
    table.forget({'a'})
    assert [row[0] for row in rows(table)[1:]] == ['b\udcff']
    assert table.source_of('a') is None


def test_a_table_of_other_classes_is_begun_anew(table):
    later = ShareTable(table.path, ('sky',))
    later.load()
    assert later.source_of('a') is None
    later.forget(())
    assert rows(later) == [['name', 'source', 'width', 'height', 'frames', 'sky']]


def test_rows_of_two_processes_are_all_kept(tmp_path):
    tables = [ShareTable(tmp_path / 'shares.csv', CLASSES) for _ in range(2)]
    share = np.array([0.25, 0.75])
    tables[0].forget(())
    tables[0].add(picture('a1'), (20, 30), 1, share)
    tables[1].forget({'b1'})  # begins while the first is at work, and writes the file anew
    tables[0].add(picture('a2'), (20, 30), 1, share)
    tables[1].add(picture('b1'), (20, 30), 1, share)
    tables[0].add(picture('a3'), (20, 30), 1, share)
    assert [row[0] for row in rows(tables[0])] == ['name', 'a1', 'a2', 'b1', 'a3']


def test_a_file_that_is_removed_meanwhile_is_begun_anew(table):
    table.path.unlink()
    table.add(picture('c'), (20, 30), 1, np.array([0.25, 0.75]))
    assert [row[0] for row in rows(table)] == ['name', 'c']
