import json

import pytest

from mmseg_scr.runs.scalars import read_scalars


def log(work_dir, stamp, entries):
    folder = work_dir / stamp / 'vis_data'
    folder.mkdir(parents=True)
    (folder / 'scalars.json').write_text('\n'.join(json.dumps(entry) for entry in entries))


def test_a_resumed_run_continues_the_curve_and_wins_where_they_overlap(tmp_path):
    log(tmp_path, '20260101_000000', [{'loss': 3.0, 'step': 10}, {'loss': 2.0, 'step': 20}])
    log(tmp_path, '20260102_000000', [{'loss': 1.9, 'step': 20}, {'loss': 1.0, 'step': 30}])
    assert read_scalars(tmp_path)['loss'] == ([10, 20, 30], [3.0, 1.9, 1.0])


def test_validation_values_keep_their_own_steps(tmp_path):
    log(tmp_path, 'a', [{'loss': 3.0, 'step': 10}, {'mIoU': 12.5, 'step': 50}])
    assert read_scalars(tmp_path)['mIoU'] == ([50], [12.5])


def test_times_are_those_of_training(tmp_path):
    entries = [
        {'loss': 3.0, 'time': 4.0, 'iter': 10, 'step': 10},
        {'mIoU': 5.0, 'time': 0.5, 'step': 10},
    ]
    log(tmp_path, 'a', entries)
    found = read_scalars(tmp_path)
    assert (found['time'], found['mIoU']) == (([10], [4.0]), ([10], [5.0]))


def test_what_is_no_number_is_left_out(tmp_path):
    log(tmp_path, 'a', [{'loss': 3.0, 'classes': ['road'], 'note': 'x', 'step': 10}])
    assert read_scalars(tmp_path) == {'loss': ([10], [3.0])}


def test_a_line_that_a_lost_machine_cut_off_is_left_out_and_another_is_named(tmp_path):
    log(tmp_path, 'a', [{'loss': 3.0, 'step': 10}])
    log(tmp_path, 'b', [{'loss': 1.0, 'step': 30}])
    file = tmp_path / 'a/vis_data/scalars.json'
    file.write_text(file.read_text() + '\n{"loss": 2.0, "st')
    assert read_scalars(tmp_path)['loss'] == ([10, 30], [3.0, 1.0])
    file.write_text(file.read_text() + '\n{"loss": 2.0, "step": 20}\n')
    with pytest.raises(ValueError, match=r'no entry of a log: ."loss": 2'):
        read_scalars(tmp_path)


def test_a_folder_without_runs_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError, match='train there first'):
        read_scalars(tmp_path)
