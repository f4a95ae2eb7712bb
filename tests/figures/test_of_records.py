import json

import pytest

from mmseg_scr.figures import of_records

RECORD = dict(
    digest='0',
    iterations=2,
    parameters=1,
    macs=1.0,
    metrics={},
    seconds_per_iteration=1.0,
    device='cpu',
    versions={},
)


@pytest.fixture
def file(tmp_path):
    lines = [
        RECORD | dict(title=title, seed=seed, curves={'loss': [[1, 2], [3.0 + 2 * seed, 1.0]]})
        for title in ('a', 'b')
        for seed in (0, 1)
    ]
    (tmp_path / 'records.jsonl').write_text(''.join(json.dumps(line) + '\n' for line in lines))
    return tmp_path / 'records.jsonl'


def test_seeds_of_a_title_are_one_curve(file):
    figure = of_records.curves(file, ['loss'], width=7)
    (axis,) = figure.axes
    assert [line.get_ydata().tolist() for line in axis.lines] == [[4.0, 1.0]] * 2
    names = [text.get_text() for text in figure.legends[0].get_texts()]
    assert names == ['a (2 seeds)', 'b (2 seeds)']


def test_a_curve_that_no_run_logged_and_an_empty_file_are_refused(file):
    message = r"no run of .*records\.jsonl has a curve of 'mIoU', only of \['loss'\]"
    with pytest.raises(ValueError, match=message):
        of_records.curves(file, ['mIoU'], width=7)
    file.write_text('')
    with pytest.raises(ValueError, match='has no record'):
        of_records.curves(file, ['loss'], width=7)


def test_runs_of_two_experiments_are_no_seeds_of_one(file):
    other = RECORD | dict(title='a', seed=2, digest='1', curves={'loss': [[1], [2.0]]})
    file.write_text(file.read_text() + json.dumps(other) + '\n')
    with pytest.raises(ValueError, match="'a' has records of 2 different experiments"):
        of_records.curves(file, ['loss'], width=7)
