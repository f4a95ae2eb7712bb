import json
import os
import re
from dataclasses import replace
from math import inf, isnan, nan

import numpy as np
import pytest
from mmengine.config import Config

from mmseg_scr.runs.numbers import numbers
from mmseg_scr.runs.records import (
    RunRecord,
    add_records,
    config_digest,
    read_records,
    write_record,
)

RECORD = RunRecord(
    title='one',
    seed=1,
    digest='a',
    iterations=10,
    parameters=1000,
    macs=2.5,
    metrics={'mIoU': 50.0, 'IoU': {'road': 90.0, 'pole': None}},
    curves={'loss': [[5, 10], [2.0, 1.0]]},
    seconds_per_iteration=0.25,
    device='cpu',
    versions={'torch': '2'},
)
OTHER = replace(RECORD, seed=2)


def test_what_is_written_is_read(tmp_path):
    write_record(tmp_path / 'one.json', RECORD)
    assert read_records(tmp_path / 'one.json') == [RECORD]
    assert [path.name for path in tmp_path.iterdir()] == ['one.json']


def test_a_record_that_cannot_be_written_leaves_what_was_there(tmp_path):
    write_record(tmp_path / 'one.json', RECORD)
    with pytest.raises(TypeError):
        write_record(tmp_path / 'one.json', replace(OTHER, metrics={'mIoU': 'high', 'x': object()}))
    assert read_records(tmp_path / 'one.json') == [RECORD]
    assert [path.name for path in tmp_path.iterdir()] == ['one.json']


def test_a_record_is_on_the_disk_before_it_takes_the_place_of_another(tmp_path, monkeypatch):
    file = tmp_path / 'one.json'
    write_record(file, RECORD)
    sizes = []

    def fsync(number):
        sizes.append(os.fstat(number).st_size)
        assert read_records(file) == [RECORD]

    monkeypatch.setattr(os, 'fsync', fsync)
    write_record(file, OTHER)
    assert sizes == [file.stat().st_size]
    assert read_records(file) == [OTHER]


def test_lines_of_earlier_versions_are_read(tmp_path):
    file = tmp_path / 'one.json'
    write_record(file, RECORD)
    added = ('hardware', 'minutes', 'image_counts', 'origin', 'config')
    line = {k: v for k, v in json.loads(file.read_text()).items() if k not in added}
    file.write_text(json.dumps(line) + '\n')
    assert read_records(file) == [RECORD]
    assert RECORD.image_counts is None


def test_numbers_of_numpy_are_numbers(tmp_path):
    write_record(tmp_path / 'one.json', replace(RECORD, metrics={'mIoU': np.float32(1.5)}))
    assert read_records(tmp_path / 'one.json')[0].metrics == {'mIoU': 1.5}


@pytest.mark.parametrize('value', [nan, inf, np.float64('nan'), np.float32('nan')])
def test_what_is_not_finite_is_null_as_json_has_it(tmp_path, value):
    file = tmp_path / 'one.json'
    metrics = {'mIoU': value, 'IoU': {'road': 90.0, 'pole': value}}
    write_record(file, replace(RECORD, metrics=metrics, curves={'mIoU': [[5, 10], [value, 1.0]]}))
    assert not re.search('NaN|Infinity', file.read_text())
    (record,) = read_records(file)
    assert record.metrics == {'mIoU': None, 'IoU': {'road': 90.0, 'pole': None}}
    assert np.array_equal(record.curves['mIoU'], [[5, 10], [nan, 1]], equal_nan=True)
    assert numbers(record) == {'IoU/road': 90.0}


def test_nan_of_earlier_versions_is_read(tmp_path):
    file = tmp_path / 'one.json'
    write_record(file, RECORD)
    file.write_text(file.read_text().replace('50.0', 'NaN'))
    assert isnan(read_records(file)[0].metrics['mIoU'])


def test_a_record_is_added_once(tmp_path):
    file = tmp_path / 'new' / 'records.jsonl'
    add_records(file, [RECORD])
    add_records(file, [RECORD, OTHER])
    assert read_records(file) == [RECORD, OTHER]


def test_a_line_that_was_cut_off_is_left_out_and_replaced(tmp_path):
    file = tmp_path / 'records.jsonl'
    add_records(file, [RECORD, OTHER])
    file.write_bytes(file.read_bytes()[:-40])
    assert read_records(file) == [RECORD]
    add_records(file, [OTHER])
    assert read_records(file) == [RECORD, OTHER]


def test_a_last_line_that_lacks_its_end_alone_is_a_record_and_stays(tmp_path):
    file = tmp_path / 'records.jsonl'
    add_records(file, [RECORD, OTHER])
    file.write_bytes(file.read_bytes()[:-1])  # as an editor may leave it
    assert read_records(file) == [RECORD, OTHER]
    third = replace(RECORD, seed=3)
    add_records(file, [third])
    assert read_records(file) == [RECORD, OTHER, third]
    assert len(file.read_text().splitlines()) == 3


def test_a_line_that_was_cut_off_is_replaced_where_lines_end_as_on_windows(tmp_path):
    file = tmp_path / 'records.jsonl'
    records = [replace(RECORD, seed=seed) for seed in range(4)]
    add_records(file, records)
    file.write_bytes(file.read_bytes().replace(b'\n', b'\r\n')[:-40])
    add_records(file, records)
    assert read_records(file) == records


def test_another_damaged_line_is_named(tmp_path):
    file = tmp_path / 'records.jsonl'
    add_records(file, [RECORD])
    file.write_text('{"title": 1}\n' + file.read_text())
    for act in (read_records, lambda path: add_records(path, [OTHER])):
        with pytest.raises(ValueError, match=r'line 1 of .*records\.jsonl is no record'):
            act(file)


def test_a_record_of_a_newer_version_is_not_taken_for_a_damaged_one(tmp_path):
    file = tmp_path / 'records.jsonl'
    add_records(file, [RECORD])
    line = json.loads(file.read_text()) | dict(energy=3.0)
    file.write_text(json.dumps(line) + '\n')
    with pytest.raises(ValueError, match=r'line 1 of .* has energy, which .* by a newer version'):
        read_records(file)


@pytest.mark.parametrize('text', ['[1]', '3', 'null'])
def test_a_line_that_is_no_mapping_is_no_record(tmp_path, text):
    (tmp_path / 'records.jsonl').write_text(text + '\n')
    with pytest.raises(ValueError, match='is no record of a run'):
        read_records(tmp_path / 'records.jsonl')


def test_no_file_is_no_record(tmp_path):
    assert read_records(tmp_path / 'absent.jsonl') == []


def test_digest_tells_experiments_apart_and_not_places_or_seeds():
    settings = dict(model=dict(type='A'), train=dict(data_root='here', batch=4), work_dir='w')
    digest = config_digest(Config(settings))
    moved = dict(settings, work_dir='v', train=dict(data_root='there', batch=4))
    moved['run_origin'] = dict(config='a.py')
    assert config_digest(Config(moved)) == digest
    assert config_digest(Config(dict(settings, randomness=dict(seed=3)))) == digest
    assert config_digest(Config(dict(settings, model=dict(type='B')))) != digest


def test_digest_tells_the_weights_that_a_run_starts_from_by_name_but_not_where_they_lie():
    settings = dict(model=dict(type='A'))
    starts = (
        None,
        'a/iter_8.pth',
        'elsewhere/iter_8.pth',
        'a/iter_9.pth',
        'mmseg_scr://scr_camvid',
    )
    digests = [config_digest(Config(dict(settings, load_from=start))) for start in starts]
    assert digests[0] == config_digest(Config(settings))
    assert digests[1] == digests[2]
    assert len(set(digests)) == 4
