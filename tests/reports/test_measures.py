import numpy as np
import pytest
from builders.passes import CLASSES
from scipy.stats import ttest_rel

from mmseg_scr.reports.measures import (
    BANDS,
    KINDS,
    SCORES,
    WHOLE,
    class_ious,
    compare,
    compare_classes,
    image_scores,
)
from mmseg_scr.reports.subjects import Pair


def by_name(name):
    (measure,) = (m for m in SCORES if m.name == name)
    return measure


def maps_of(result):
    pairs = [result.maps(i) for i in range(len(result.names))]
    return np.stack([t for t, _ in pairs]), np.stack([p for _, p in pairs])


def test_scores_are_those_of_the_label_maps(subjects):
    result = subjects[0].passes[0]
    truth, prediction = maps_of(result)
    known = truth != 255
    masks = [((truth == k) & known, (prediction == k) & known) for k in range(3)]
    ious = [(t & p).sum() / (t | p).sum() for t, p in masks]
    assert WHOLE.of(result) == pytest.approx(100 * np.mean(ious))
    assert class_ious(subjects[0])[0] == pytest.approx(100 * np.array(ious))
    accuracies = [(t & p).sum() / t.sum() for t, p in masks]
    assert by_name('mAcc').of(result) == pytest.approx(100 * np.mean(accuracies))
    right = ((truth == prediction) & known).sum() / known.sum()
    assert by_name('aAcc').of(result) == pytest.approx(100 * right)
    one = [(t[0] & p[0]).sum() / (t[0] | p[0]).sum() for t, p in masks if t[0].any()]
    assert image_scores(result)[0] == pytest.approx(np.mean(one))
    mean = by_name('mIoU of single images').of(result)
    assert mean == pytest.approx(100 * image_scores(result).mean())


def test_band_and_interior_are_the_whole_and_kinds_add_up(subjects):
    result = subjects[0].passes[0]
    near, far = BANDS[2]
    both = near.counts(result) + far.counts(result)
    assert np.array_equal(both, WHOLE.counts(result))
    assert WHOLE.of(result) + sum(kind.of(result) for kind in KINDS) == pytest.approx(100)


def test_seeds_have_the_interval_of_t_and_images_that_of_the_bootstrap(subjects):
    pair = Pair(*subjects[:2])
    compared = compare(pair, WHOLE)
    values = [[WHOLE.of(p) for p in subject.passes] for subject in subjects[:2]]
    expected = ttest_rel(values[1], values[0]).confidence_interval(0.95)
    found = compared.seeds.low, compared.seeds.high
    assert found == pytest.approx((expected.low, expected.high))
    assert compared.main is compared.seeds
    assert compared.images.count == 4
    assert compared.images.mean == pytest.approx(values[1][0] - values[0][0])
    assert compared.images.low <= compared.images.mean <= compared.images.high


def test_single_trainings_have_the_bootstrap_alone(subjects):
    pair = Pair(subjects[0], subjects[2])
    compared = compare(pair, WHOLE)
    assert compared.seeds is None
    assert compared.main is compared.images
    assert compared.images.mean < 0


def test_classes_are_compared_one_by_one(subjects):
    for other in subjects[1:]:
        pair = Pair(subjects[0], other)
        compared = compare_classes(pair)
        assert len(compared) == len(CLASSES)
        ious = [class_ious(s)[0] for s in (subjects[0], other)]
        for k, each in enumerate(compared):
            assert each.images.mean == pytest.approx(ious[1][k] - ious[0][k])
        mean = np.mean([each.images.mean for each in compared])
        assert mean == pytest.approx(compare(pair, WHOLE).images.mean)
        assert (compared[0].seeds is None) == (other is subjects[2])
