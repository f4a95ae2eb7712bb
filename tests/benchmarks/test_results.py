import json
from pathlib import Path

import pytest
from builders.outcomes import MACHINE, outcome

from mmseg_scr.benchmarks import Results


def test_file_is_complete_after_every_outcome(tmp_path):
    path = tmp_path / 'new' / 'results.json'
    results = Results(path, MACHINE)
    for count in (1, 2):
        results.add(outcome())
        content = json.loads(path.read_text())
        assert content['machine'] == MACHINE
        assert len(content['comparisons']) == count
    assert [file.name for file in path.parent.iterdir()] == ['results.json']


def test_file_of_before_stays_if_writing_breaks_off(tmp_path, monkeypatch):
    path = tmp_path / 'results.json'
    results = Results(path, MACHINE)
    results.add(outcome())
    before = path.read_text()
    monkeypatch.setattr(Path, 'replace', lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        results.add(outcome())
    assert path.read_text() == before


def test_numbers_intervals_and_goals_are_there_and_no_folder_of_this_machine(tmp_path):
    results = Results(tmp_path / 'results.json', MACHINE)
    results.add(outcome())
    (content,) = json.loads((tmp_path / 'results.json').read_text())['comparisons']
    time = content['rows'][1]['quantities']['time']
    assert time['ratio'] == dict(median=1.02, low=0.99, high=1.04)
    assert content['goals'][0]['outcome'] == 'met'
    assert content['comparison']['subjects'][0]['config'] == 'a.py'


def test_without_a_path_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Results(None, MACHINE).add(outcome())
    assert list(tmp_path.iterdir()) == []
