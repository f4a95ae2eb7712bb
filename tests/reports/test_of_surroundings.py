from dataclasses import replace

import pytest
import torch

from mmseg_scr.reports.of_surroundings import Times, environment, times_of


def test_times_are_those_of_all_passes(subjects):
    for result in (result for subject in subjects for result in subject.passes):
        result.total = 3.2
    times = times_of(subjects, 20.0)
    assert (times.predicted, times.taken, times.models) == (20, 0, 10.0)
    assert times.passes == pytest.approx(16.0)
    assert str(times) == (
        '20 predictions in 16.0 s, with reading and counting. The report took 20.0 s, 1.25 times '
        'as long; the models alone 10.0 s, 50 % of it.'
    )
    subjects[0].passes[0].predicted = 0
    assert times_of(subjects, 20.0).taken == 4


def test_a_report_without_predictions_says_so():
    times = Times(models=0.0, passes=1.0, total=3.0, predicted=0, taken=8)
    assert str(times) == 'No prediction was needed, 8 were there; 3.0 s in all.'
    assert ', 8 taken from before in 1.0 s' in str(replace(times, predicted=1, models=1.0))


def test_versions_and_device_are_named():
    (table,) = environment('cpu (a model)').blocks
    values = {row[0].text: row[1].text for row in table.rows}
    assert values['torch'] == torch.__version__
    assert values['device'] == 'cpu (a model)'
    assert {'mmseg_scr', 'mmseg', 'mmcv', 'mmengine', 'python', 'numpy', 'made'} <= {*values}
