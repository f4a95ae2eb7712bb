import json
from types import SimpleNamespace

import pytest

from mmseg_scr.export import Cell, Delivery, Limits, delivery

GOOD = Cell('odd', (1, 3, 33, 21), 2e-6, 1.0, 20.4, 9.6)
WRONG = Cell('batch', (3, 3, 64, 64), 0.3, 0.7, 20.4, 9.6)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def write(tmp_path, monkeypatch):
    """A function that writes ``a.pt2``, whose comparison gives a cell, or raises an error."""

    def export_model(deployed, path, kind, **options):
        path.write_text(f'{kind} {deployed} {options}')

    def write(result):
        def check_parity(*_):
            if isinstance(result, Exception):
                raise result
            return [result]

        program = SimpleNamespace(metadata={'task': 'segmentation'})
        monkeypatch.setattr(delivery, 'export_model', export_model)
        monkeypatch.setattr(delivery, 'load_program', lambda path, kind: program)
        monkeypatch.setattr(delivery, 'check_parity', check_parity)
        files = Delivery(tmp_path / 'a.pt2', 'torch_export')
        return files.write('model', {}, Limits(), source={})

    return write


def test_an_equal_file_has_its_name_and_its_report_beside_it(write, tmp_path):
    table, passes = write(GOOD)
    assert passes
    assert names(tmp_path) == ['a.parity.json', 'a.parity.md', 'a.pt2']
    assert (tmp_path / 'a.pt2').read_text() == "torch_export model {'source': {}}"
    assert (tmp_path / 'a.parity.md').read_text() == f'{table}\n'
    assert table.endswith('| ok |')
    record = json.loads((tmp_path / 'a.parity.json').read_text())
    assert (record['passes'], record['metadata']) == (True, {'task': 'segmentation'})


def test_another_file_is_called_failed_until_one_is_equal(write, tmp_path):
    table, passes = write(WRONG)
    assert not passes
    assert names(tmp_path) == ['a.failed.parity.json', 'a.failed.parity.md', 'a.failed.pt2']
    assert table.endswith('| FAILS |')
    write(GOOD)
    assert names(tmp_path) == ['a.parity.json', 'a.parity.md', 'a.pt2']


def test_a_file_that_fails_leaves_an_earlier_one_with_its_own_report(write, tmp_path):
    write(GOOD)
    before = {path: path.read_text() for path in tmp_path.iterdir()}
    write(WRONG)
    assert {path: path.read_text() for path in before} == before
    assert json.loads((tmp_path / 'a.parity.json').read_text())['passes']
    assert not json.loads((tmp_path / 'a.failed.parity.json').read_text())['passes']


def test_an_error_leaves_what_was_there(write, tmp_path):
    write(GOOD)
    before = {path.name: path.read_text() for path in tmp_path.iterdir()}
    with pytest.raises(ValueError, match='no memory'):
        write(ValueError('no memory'))
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize(
    'name', ['a.pt2', 'a.failed.pt2', 'a.parity.md', 'a.parity.json', 'a.failed.parity.md']
)
def test_files_that_are_there_are_replaced_only_if_asked_to(name, tmp_path):
    files = Delivery(tmp_path / 'a.pt2', 'torch_export')
    files.check()
    (tmp_path / name).touch()
    with pytest.raises(FileExistsError, match=rf'{name} exists; name another file, or give --ov'):
        files.check()
    files.check(overwrite=True)


def test_another_suffix_than_that_of_the_format_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"the name of onnx ends in \.onnx, got '.*a\.pt2'"):
        Delivery(tmp_path / 'a.pt2', 'onnx').check(overwrite=True)
