from pathlib import Path

import pytest
from mmseg.registry import MODELS

from mmseg_scr.figures import NamedModel, NamedRun
from mmseg_scr.reports.document import Absent, Table
from mmseg_scr.reports.image_pass import PassResult
from mmseg_scr.reports.of_models import LINES, compared
from mmseg_scr.reports.subjects import Subject


@pytest.fixture
def subject(load):
    def make(name, runs=None, **options):
        runs = runs or (NamedRun(Path('a/config.py'), Path('a/iter_9.pth')),)
        result = PassResult(names=['a', 'b'])
        return Subject(NamedModel(tuple(runs), (3,)), load(name, **options), [result])

    return make


def test_models_data_and_settings_are_told(subject):
    seeds = [NamedRun(Path('config.py'), Path(f'iter_{i}.pth'), i) for i in (1, 2)]
    base, other = subject('base'), subject('other', runs=seeds, crop=(32, 48))
    table, data, *without, settings = compared([base, other]).blocks
    rows = [[cell.text for cell in row] for row in table.rows]
    assert rows[0] == ['base', 'config.py', 'iter_9.pth', 'not told', 'TheirHead', '40x56', 'whole']
    assert rows[1][2:6] == ['iter_1.pth, iter_2.pth', '1, 2', 'TheirHead', '32x48']
    assert data.text.startswith('Data: the first 2 of 3 images of the test set, BaseSegDataset, 3')
    assert 'seeds 3' in without[0].text
    assert isinstance(settings, Table)
    assert [[cell.text for cell in row] for row in settings.rows] == [
        ['model.data_preprocessor.size', '[40, 56]', '[32, 48]']
    ]


def test_equal_configs_are_said_to_be_equal(subject):
    *_, last = compared([subject('base'), subject('again')]).blocks
    assert last == Absent('The configs do not differ, places, names and seeds aside.')


def test_a_head_that_is_named_by_its_class_is_called_by_its_name(subject):
    base = subject('base')
    head = base.model.config.model.decode_head
    head.type = MODELS.get(head.type)
    table, *_ = compared([base]).blocks
    assert [cell.text for cell in table.rows[0]][4] == 'TheirHead'


def test_many_differences_are_cut_and_counted(subject):
    base, other = subject('base'), subject('other')
    other.model.config.custom_hooks = [dict(type=f'Hook{i}') for i in range(LINES + 7)]
    *_, settings = compared([base, other]).blocks
    assert len(settings.rows) == LINES
    assert settings.caption.endswith(' 7 more are left out.')
