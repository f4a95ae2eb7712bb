import json

import pytest

from mmseg_scr.runs.metric_files import read_metric_files


def write(path, content):
    path.write_text(json.dumps(content))
    return str(path)


def test_scores_of_a_test_and_of_a_record_are_read_by_set(tmp_path):
    scores = {'mIoU': 50.0, 'IoU': {'road': 90.0, 'rider': None}}
    log = write(tmp_path / 'log.json', scores | {'time': 0.1, 'data_time': 0.2, 'step': 3})
    record = write(tmp_path / 'record.json', {'title': 'ours', 'metrics': {'mIoU': 49.0}})
    assert read_metric_files([log, f'val={record}']) == {'test': scores, 'val': {'mIoU': 49.0}}


def test_equals_signs_in_a_path_name_no_set(tmp_path):
    (tmp_path / 'lr=0.1').mkdir()
    file = write(tmp_path / 'lr=0.1/a.json', {'mIoU': 1.0})
    assert read_metric_files([file, f'val={file}']) == {'test': {'mIoU': 1.0}, 'val': {'mIoU': 1.0}}


def test_digits_without_meaning_are_rounded_away(tmp_path):
    file = write(tmp_path / 'a.json', {'mIoU': 22.860000610351562, 'IoU': {'car': 0.1 + 0.2}})
    assert read_metric_files([file]) == {'test': {'mIoU': 22.86, 'IoU': {'car': 0.3}}}


def test_no_file_is_no_metrics():
    assert read_metric_files([]) == {}


def test_set_that_is_given_twice_is_refused(tmp_path):
    file = write(tmp_path / 'a.json', {'mIoU': 1.0})
    with pytest.raises(ValueError, match="'test' are given twice"):
        read_metric_files([file, f'test={file}'])


@pytest.mark.parametrize('text', ['{"a": 1}\n{"a": 2}', '[1]', ''])
def test_file_that_is_no_mapping_is_named(tmp_path, text):
    (tmp_path / 'a.json').write_text(text)
    with pytest.raises(ValueError, match=r'a\.json is no JSON of metrics'):
        read_metric_files([str(tmp_path / 'a.json')])


def test_scores_that_images_do_not_have_are_left_out(tmp_path):
    scores = {'mIoU': 1.0, 'boundary': float('nan'), 'IoU': {'a': 2.0, 'b': float('nan')}}
    file = write(tmp_path / 'a.json', scores)
    assert read_metric_files([file]) == {'test': {'mIoU': 1.0, 'IoU': {'a': 2.0, 'b': None}}}


def test_file_without_a_score_tells_what_it_holds(tmp_path):
    file = write(tmp_path / 'a.json', {'time': 1.0, 'name': 'x', 'is_best': True})
    with pytest.raises(ValueError, match=r"no score, only \['is_best', 'name', 'time'\]"):
        read_metric_files([file])
