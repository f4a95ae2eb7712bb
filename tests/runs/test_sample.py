from dataclasses import replace

import numpy as np
import pytest
import torch
from builders.published import demo_config
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmseg.evaluation import IoUMetric
from mmseg.registry import MODELS

from mmseg_scr.metrics import BoundaryMetric
from mmseg_scr.runs.sample import ignored_label, predict, read_sample, score, score_class


@pytest.fixture
def sample():
    init_default_scope('mmseg')
    return read_sample(Config.fromfile(demo_config()).val_dataloader.dataset, 3)


def guesses(sample):
    """Labels of which a third is drawn anew; a border of the first image is not labelled."""
    rng = np.random.default_rng(0)
    sample.truth[0][:5] = sample.ignore_index
    return [
        np.where(rng.random(t.shape) < 0.3, rng.integers(0, 10, t.shape), t) % 10
        for t in sample.truth
    ]


@pytest.mark.parametrize('ignored', [255, 10])
def test_scores_are_those_of_the_metrics(sample, ignored):
    sample = replace(sample, ignore_index=ignored)
    maps = guesses(sample)
    expected = {}
    rule = dict(ignore_index=ignored)
    for metric in (IoUMetric(**rule), BoundaryMetric(widths=(1,), contour_width=None, **rule)):
        metric.dataset_meta = dict(classes=sample.classes)
        for truth, labels in zip(sample.truth, maps, strict=True):
            pair = dict(gt_sem_seg=truth, pred_sem_seg=labels)
            data = {key: dict(data=torch.from_numpy(value)[None]) for key, value in pair.items()}
            metric.process({}, [data | dict(img_path='a.png')])
        expected |= metric.evaluate(3)
    scores = score(sample, maps)
    assert scores == {name: pytest.approx(expected[name], abs=0.011) for name in scores}
    assert list(scores) == ['mIoU', 'boundary/mIoU_w1']
    assert scores['mIoU'] < 60


def test_score_of_a_class_is_its_intersection_over_union(sample):
    maps = guesses(sample)
    truth, labels = (np.concatenate([x.ravel() for x in each]) for each in (sample.truth, maps))
    known = truth != sample.ignore_index
    for index, name in enumerate(sample.classes):
        own, other = (truth == index) & known, (labels == index) & known
        expected = 100 * (own & other).sum() / (own | other).sum()
        assert score_class(sample, maps, name) == pytest.approx(expected, abs=0.011)


def test_a_class_that_is_not_there_is_named_with_those_that_are(sample):
    with pytest.raises(ValueError, match="no class is named 'tram', only road, sidewalk"):
        score_class(sample, sample.truth, 'tram')


def test_the_ignored_label_is_that_of_the_evaluators_of_the_test():
    evaluators = [dict(type='IoUMetric'), dict(type='BoundaryMetric', ignore_index=19)]
    assert ignored_label(Config(dict(test_evaluator=evaluators))) == 19
    assert ignored_label(Config(dict(test_evaluator=evaluators[1]))) == 19
    assert ignored_label(Config(dict(test_evaluator=evaluators[0]))) == 255
    assert ignored_label(Config(dict(test_evaluator=dict(metrics=evaluators)))) == 19
    assert ignored_label(Config(dict(test_evaluator=None))) == 255


def test_model_that_draws_numbers_in_evaluation_says_the_same_twice(sample):
    model = MODELS.build(Config.fromfile(demo_config('segnext')).model)
    state = torch.get_rng_state()
    first, second = (predict(model, sample, progress=lambda *_: None, title='') for _ in range(2))
    assert np.array_equal(first, second)
    assert torch.equal(torch.get_rng_state(), state)


def test_random_state_is_handed_back_even_by_a_prediction_that_fails(sample):
    def failing(data):
        raise RuntimeError('of this image')

    model = MODELS.build(Config.fromfile(demo_config()).model)
    model.test_step = failing
    before = torch.get_rng_state()
    with pytest.raises(RuntimeError, match='of this image'):
        predict(model, sample, progress=lambda *_: None, title='')
    assert torch.equal(torch.get_rng_state(), before)


def test_images_without_labels_are_refused_with_what_they_need():
    init_default_scope('mmseg')
    dataset = Config.fromfile(demo_config()).val_dataloader.dataset
    dataset.pipeline = [s for s in dataset.pipeline if 'Annotations' not in s.type]
    with pytest.raises(ValueError, match=r'has no labels.*LoadAnnotations'):
        read_sample(dataset, 1)


def test_truth_itself_scores_a_hundred(sample):
    assert score(sample, sample.truth) == {'mIoU': 100.0, 'boundary/mIoU_w1': 100.0}


def test_first_images_are_read_and_all_if_there_are_fewer(sample):
    dataset = Config.fromfile(demo_config()).val_dataloader.dataset
    dataset.length = 2
    fewer = read_sample(dataset, 3)
    assert len(fewer.inputs) == len(read_sample(dataset).inputs) == 2
    assert np.array_equal(fewer.truth[1], sample.truth[1])
    assert fewer.images[0].shape == (96, 192, 3)


def test_every_prediction_is_told_of(sample):
    told = []
    model = MODELS.build(Config.fromfile(demo_config()).model)
    maps = predict(model, sample, progress=lambda *step: told.append(step), title='a')
    assert told == [('evaluating a', done, 3) for done in (1, 2, 3)]
    assert [labels.shape for labels in maps] == [(96, 192)] * 3
    assert not model.training
