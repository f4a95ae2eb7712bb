import csv
from pathlib import Path

import cv2
import numpy as np
import pytest

from mmseg_scr.runs.demo import Report, Result, format_table, run_demo

CONFIGS = Path(__file__).parents[2] / 'configs' / 'demo'
NAME = '_mscan-nano_1xb4-adamw-200_street-scenes-96x192.py'


@pytest.fixture
def few_scenes(tmp_path):
    """A demo config of the method with four validation scenes."""
    path = tmp_path / 'few.py'
    base = CONFIGS / f'scr{NAME}'
    path.write_text(f'_base_ = {str(base)!r}\nval_dataloader = dict(dataset=dict(length=4))\n')
    return path


def test_writes_everything_that_it_promises(few_scenes, tmp_path):
    steps = []
    report = run_demo(
        {'ours': few_scenes}, tmp_path / 'out', iterations=4, progress=lambda *s: steps.append(s)
    )
    assert [r.title for r in report.results] == ['constant', 'untrained', 'ours']
    assert [s for s in steps if s[0] == 'training ours'] == [
        ('training ours', i, 4) for i in (1, 2, 3, 4)
    ]
    # Of a constant prediction only one class can be right, with IoU = its share of the pixels.
    constant = report.results[0].ious
    assert (constant > 0).sum() == 1
    assert report.classes[constant.argmax()] == 'building'
    assert cv2.imread(str(report.panels)).shape[1] == 3 * 192 + 2 * 6
    assert report.curves.is_file()
    rows = list(csv.DictReader(report.table.open()))
    assert [row['class'] for row in rows] == [*report.classes, 'mIoU']
    assert float(rows[-1]['ours']) == pytest.approx(report.results[-1].miou, abs=1e-4)
    assert (tmp_path / 'out' / 'ours' / 'iter_4.pth').is_file()


@pytest.mark.slow
def test_training_beats_the_untrained_model_and_a_constant_predictor(few_scenes, tmp_path):
    report = run_demo(
        {'ours': few_scenes}, tmp_path / 'out', iterations=60, progress=lambda *_: None
    )
    constant, untrained, trained = (r.miou for r in report.results)
    assert trained > 3 * max(constant, untrained)


def test_mean_leaves_out_classes_that_do_not_occur():
    assert Result('x', np.array([0.5, np.nan, 1.0])).miou == 0.75


def test_table_is_in_percent_with_the_mean_last():
    results = [Result('a', np.array([0.25, 0.75])), Result('b', np.array([1.0, 0.0]))]
    path = Path('unused')
    lines = format_table(Report(('road', 'sky'), results, path, path, path)).splitlines()
    assert [line.split() for line in lines] == [
        ['a', 'b'],
        ['road', '25.0', '100.0'],
        ['sky', '75.0', '0.0'],
        ['mIoU', '50.0', '50.0'],
    ]
