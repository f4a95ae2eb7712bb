import csv
from dataclasses import replace

import numpy as np
import pytest

from mmseg_scr.metrics import ImageTable


@pytest.fixture
def table():
    counts = np.arange(2 * 2 * 3 * 2).reshape(2, 2, 3, 2)
    counts[0, :, :, 1] = 0
    return ImageTable(('road', 'façade, brick'), ('all', 'band_w3'), ('a.png', 'b, c.png'), counts)


def test_json_gives_back_what_was_written(table, tmp_path):
    table.write_json(tmp_path / 'table.json')
    again = ImageTable.read_json(tmp_path / 'table.json')
    assert (again.classes, again.regions, again.images) == (
        table.classes,
        table.regions,
        table.images,
    )
    assert (again.counts == table.counts).all()
    assert again.counts.dtype == np.int64
    assert (again.of('band_w3') == table.counts[:, 1]).all()


@pytest.mark.parametrize('form', ['json', 'csv'])
def test_a_table_that_cannot_be_written_leaves_what_was_there(table, tmp_path, form):
    path = tmp_path / f'table.{form}'
    getattr(table, f'write_{form}')(path)
    before = path.read_bytes()
    with pytest.raises(UnicodeEncodeError):
        getattr(replace(table, images=('a', '\ud800')), f'write_{form}')(path)
    assert path.read_bytes() == before


def test_names_of_files_that_are_no_text_are_kept(table, tmp_path):
    odd = replace(table, images=('a.png', '\udcff.png'))
    odd.write_json(tmp_path / 'table.json')
    odd.write_csv(tmp_path / 'table.csv')
    assert ImageTable.read_json(tmp_path / 'table.json').images == odd.images
    assert b'\xff.png' in (tmp_path / 'table.csv').read_bytes()


def test_table_without_images_keeps_its_shape(tmp_path):
    empty = ImageTable(('road',), ('all',), (), np.zeros((0, 1, 3, 1), np.int64))
    empty.write_json(tmp_path / 'table.json')
    assert ImageTable.read_json(tmp_path / 'table.json').counts.shape == (0, 1, 3, 1)


def test_csv_has_a_row_for_each_class_that_occurs(table, tmp_path):
    table.write_csv(tmp_path / 'table.csv')
    with (tmp_path / 'table.csv').open(newline='', encoding='utf-8') as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 2 + 4
    last = rows[-1]
    assert (last['image'], last['region'], last['class']) == (
        'b, c.png',
        'band_w3',
        'façade, brick',
    )
    assert [int(last[name]) for name in ('tp', 'fn', 'fp')] == [19, 21, 23]
    assert float(last['iou']) == pytest.approx(19 / 63, abs=1e-6)
