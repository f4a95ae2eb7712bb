import pytest
from builders.label_pairs import golden_pairs
from builders.segmentations import evaluate
from mmengine.evaluator import Evaluator
from mmseg.registry import METRICS

from mmseg_scr.metrics import ErrorTypeMetric


def error_scores(pairs, **options):
    return evaluate(Evaluator(ErrorTypeMetric(**options)), pairs, 6)


def test_golden_pairs_score_the_golden_numbers():
    assert error_scores(golden_pairs(), width=2) == {
        'error/mIoU': 50.44,
        'error/mFP_boundary': 10.91,
        'error/mFN_boundary': 11.01,
        'error/mFP_extent': 1.36,
        'error/mFN_extent': 4.48,
        'error/mFP_segment': 21.45,
        'error/mFN_segment': 0.33,
        'error/mBoundary_rest': 30.46,
        'error/mExtent_rest': 7.45,
        'error/mSegment_rest': 21.79,
    }


def test_share_of_the_diagonal_is_at_least_one_pixel():
    assert error_scores(golden_pairs(), width=0.001) == error_scores(golden_pairs(), width=1)


def test_table_names_the_width(printed):
    error_scores(golden_pairs(), width=0.05)
    assert 'kinds of errors per class:' in printed()
    assert 'width 2.67 px' in printed()
    assert 'classes in the mean: 5; 4 of Boundary_rest, Extent_rest' in printed()


@pytest.mark.parametrize('width', [0, 1.5, None])
def test_bad_width_is_refused(width):
    with pytest.raises(ValueError, match='width must be whole pixels'):
        ErrorTypeMetric(width=width)


def test_registered_where_mmseg_looks():
    assert METRICS.get('ErrorTypeMetric') is ErrorTypeMetric
