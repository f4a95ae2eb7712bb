from pathlib import Path

import cv2
import pytest
from builders.published import publish_demo

from mmseg_scr.runs.shipped_pair import PairReport, format_pair, missing_models, show_pair
from mmseg_scr.weights import list_weights

PAIR = {'baseline': 'plain', 'ours': 'refined'}


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp('pair') / 'published'
    publish_demo(folder, name='plain', method='baseline')
    publish_demo(folder, name='refined', sample=20)
    return folder


def test_shows_both_models_beside_image_and_truth(folder, tmp_path):
    steps = []
    report = show_pair(PAIR, tmp_path, progress=lambda *s: steps.append(s), folder=folder)
    assert (report.scenes, report.iterations) == (20, 7)
    assert [*report.scores] == ['baseline', 'ours']
    assert steps[-1] == ('evaluating shipped ours', 20, 20)
    assert cv2.imread(str(report.panels)).shape[1] == 4 * 192 + 3 * 6


def test_scores_are_those_that_the_card_states(folder, tmp_path):
    report = show_pair(PAIR, tmp_path, progress=lambda *_: None, folder=folder)
    _, refined = list_weights(folder)
    assert report.scores['ours'] == refined.sample['metrics']
    assert report.thin.keys() == report.scores.keys()


def test_missing_models_are_named(folder, tmp_path):
    assert missing_models(PAIR, folder) == []
    assert missing_models(PAIR | {'third': 'other'}, folder) == ['other']
    assert missing_models(PAIR, tmp_path) == ['plain', 'refined']
    with pytest.raises(LookupError, match="'plain'"):
        show_pair(PAIR, tmp_path, progress=lambda *_: None, folder=tmp_path)


def test_text_has_a_line_a_model():
    scores = {
        'a': {'mIoU': 50.0, 'boundary/mIoU_w1': 40.25},
        'b': {'mIoU': 60.5, 'boundary/mIoU_w1': 45.0},
    }
    thin = {'a': 28.125, 'b': 30.5}
    lines = format_pair(PairReport(1, 1, scores, thin, Path('x.png'))).splitlines()
    assert [line.split() for line in lines] == [
        ['mIoU', 'boundary', 'mIoU', 'IoU', 'of', 'poles'],
        ['a', '50.00', '40.25', '28.12'],
        ['b', '60.50', '45.00', '30.50'],
    ]
