import pickle

import numpy as np
import pytest
from builders.label_pairs import golden_pairs, random_pair
from builders.segmentations import evaluate, segmentation
from mmengine.evaluator import Evaluator
from mmengine.registry import init_default_scope
from mmseg.registry import METRICS

from mmseg_scr.metrics import BoundaryMetric


def boundary_scores(pairs, num_classes=6, **options):
    return evaluate(Evaluator(BoundaryMetric(**options)), pairs, num_classes)


def test_golden_pairs_score_the_golden_numbers():
    scores = boundary_scores(golden_pairs(), widths=(1, 2), contour_width=0.05, tolerances=(2, 1))
    assert scores == {
        'boundary/mIoU_w1': 39.48,
        'boundary/mIoU_interior_w1': 60.05,
        'boundary/mIoU_w2': 49.44,
        'boundary/mIoU_interior_w2': 66.22,
        'boundary/mBIoU': 38.75,
        'boundary/mBF_r2': 63.51,
        'boundary/mBF_sum_r2': 64.75,
        'boundary/mBF_image_r2': 75.36,
        'boundary/mBF_r1': 39.44,
        'boundary/mBF_sum_r1': 40.82,
        'boundary/mBF_image_r1': 46.14,
    }


def test_rim_is_no_border_of_boundary_iou_when_it_is_switched_off():
    scores = boundary_scores(golden_pairs(), widths=(), contour_width=0.02, rim=False)
    assert scores == {'boundary/mBIoU': 8.29}


def test_parts_that_are_not_asked_for_have_no_scores():
    assert set(boundary_scores(golden_pairs(), widths=(4,), contour_width=None)) == {
        'boundary/mIoU_w4',
        'boundary/mIoU_interior_w4',
    }


def test_width_that_is_a_share_follows_the_size_of_each_image():
    shares = boundary_scores(golden_pairs(), widths=(0.05, 2), contour_width=None)
    assert shares['boundary/mIoU_w0.05'] != shares['boundary/mIoU_w2']
    alone = golden_pairs()[:1]  # 5 % of its diagonal are two pixels
    shares = boundary_scores(alone, widths=(0.05, 2), contour_width=None)
    assert shares['boundary/mIoU_w0.05'] == shares['boundary/mIoU_w2']


def test_stands_beside_iou_metric_and_another_of_its_kind():
    init_default_scope('mmseg')
    evaluator = Evaluator(
        [
            dict(type='IoUMetric', iou_metrics=['mIoU']),
            dict(type='BoundaryMetric', widths=(1,)),
            dict(type='BoundaryMetric', widths=(1,), rim=False, prefix='no-rim'),
            dict(type='ErrorTypeMetric'),
            dict(type='PerImageMetric'),
        ]
    )
    scores = evaluate(evaluator, golden_pairs(), 6)
    assert scores['mIoU'] == pytest.approx(50.44, abs=0.01)
    assert scores['error/mIoU'] == 50.44
    assert scores['boundary/mIoU_w1'] == scores['no-rim/mIoU_w1'] == 39.48
    assert scores['boundary/mBIoU'] != scores['no-rim/mBIoU']


def test_second_evaluation_starts_from_nothing():
    evaluator = Evaluator(BoundaryMetric(tolerances=(2,)))
    first = evaluate(evaluator, golden_pairs(), 6)
    evaluate(evaluator, golden_pairs()[:1], 6)
    assert evaluate(evaluator, golden_pairs(), 6) == first


def test_memory_does_not_grow_with_the_images():
    metric = BoundaryMetric(tolerances=(2,))
    metric.dataset_meta = dict(classes='abcd')
    sizes = []
    for seed in range(6):
        metric.process(None, [segmentation(*random_pair(seed, (20, 30))).to_dict()])
        sizes.append(len(pickle.dumps(metric.__dict__)))
    assert max(sizes) < sizes[0] + 20  # larger numbers may take another byte
    assert sizes[0] < 10_000


@pytest.mark.filterwarnings('error::RuntimeWarning')
@pytest.mark.parametrize(
    ('label', 'prediction'),
    [
        (np.full((5, 6), 255), np.zeros((5, 6))),  # all ignored
        (np.array([[1]]), np.array([[1]])),  # one pixel
        (np.array([[1]]), np.array([[77]])),  # a prediction that is no class
        (np.full((4, 4), 2), np.full((4, 4), 2)),  # one class
    ],
)
def test_without_borders_scores_are_nan_or_of_the_rim(label, prediction):
    scores = boundary_scores([(label, prediction)], 3, tolerances=(1,))
    assert np.isnan([scores['boundary/mIoU_w3'], scores['boundary/mBF_r1']]).all()
    known = (label != 255).any()
    right = known and (label == prediction).all()
    inside = [scores['boundary/mIoU_interior_w3'], scores['boundary/mBIoU']]
    assert inside == pytest.approx([100.0 if right else 0.0 if known else np.nan] * 2, nan_ok=True)


def test_mask_that_touches_the_rim_ends_there_only_for_boundary_iou():
    label = np.zeros((9, 9), int)
    label[:, :3] = 1
    label[:, 8] = 255
    pairs = [(label, np.where(label == 255, 1, label))]
    scores = boundary_scores(pairs, 2, widths=(1,), tolerances=(1,))
    assert set(scores.values()) == {100.0}


def test_table_names_the_classes_the_widths_and_what_the_means_are_of(printed):
    boundary_scores(golden_pairs(), widths=(3,), contour_width=0.05)
    assert 'boundaries per class:' in printed()
    row = next(line for line in printed().splitlines() if line.startswith('| class 0'))
    assert row.split() == ['|', 'class', '0', '|', '62.24', '|', '82.86', '|', '54.73', '|']
    assert 'w3: 3 px, 69.82 % of the pixels' in printed()
    assert 'BIoU: 2.7 px on average, rim of the image counts' in printed()
    assert 'classes in the mean: 5; 4 of IoU_w3' in printed()


@pytest.mark.parametrize(
    ('options', 'name'),
    [
        (dict(widths=(0,)), 'each of widths'),
        (dict(widths=3), 'widths'),
        (dict(contour_width=1.5), 'contour_width'),
        (dict(tolerances=(2, 2)), 'tolerances'),
    ],
)
def test_bad_option_is_named(options, name):
    with pytest.raises(ValueError, match=f'{name} must'):
        BoundaryMetric(**options)


def test_registered_where_mmseg_looks():
    assert METRICS.get('BoundaryMetric') is BoundaryMetric
