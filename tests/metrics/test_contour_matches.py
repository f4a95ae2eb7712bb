import numpy as np
import pytest
from builders.label_pairs import IGNORE, NUM_CLASSES, golden_pairs, random_pair
from reference import boundary_scores as reference

from mmseg_scr.metrics.class_codes import class_codes
from mmseg_scr.metrics.contour_matches import count_matches
from mmseg_scr.metrics.scores import f_score, mean_over

LENGTHS = [  # of the label's and the prediction's contours, of each pair
    ([92, 84, 81, 89, 0, 0], [98, 101, 83, 80, 0, 0]),
    ([190, 72, 92, 76, 0, 0], [226, 91, 85, 69, 17, 0]),
    ([98, 177, 98, 173, 0, 0], [100, 208, 125, 179, 0, 0]),
]
HITS = {  # tolerance: of each pair
    1: [
        ([29, 40, 42, 31, 0, 0], [27, 37, 41, 31, 0, 0]),
        ([111, 43, 29, 38, 0, 0], [108, 40, 31, 38, 0, 0]),
        ([64, 100, 66, 108, 0, 0], [64, 105, 74, 114, 0, 0]),
    ],
    2: [
        ([75, 71, 69, 74, 0, 0], [76, 73, 65, 72, 0, 0]),
        ([137, 63, 36, 43, 0, 0], [133, 58, 36, 48, 0, 0]),
        ([96, 175, 98, 170, 0, 0], [97, 189, 114, 175, 0, 0]),
    ],
    3: [
        ([92, 84, 80, 89, 0, 0], [98, 94, 75, 80, 0, 0]),
        ([152, 72, 45, 49, 0, 0], [144, 63, 42, 54, 0, 0]),
        ([98, 177, 98, 173, 0, 0], [100, 198, 123, 179, 0, 0]),
    ],
}
MEANS = {  # tolerance: classes first, images first, counts summed
    1: (0.39437691, 0.46139743, 0.40815903),
    2: (0.63511940, 0.75362604, 0.64752967),
    3: (0.70675610, 0.83800902, 0.70980339),
}


def golden_counts(tolerances):
    return [
        count_matches(
            *class_codes(label, prediction, NUM_CLASSES, IGNORE),
            num_classes=NUM_CLASSES,
            tolerances=tolerances,
        )
        for label, prediction in golden_pairs()
    ]


def test_lengths_and_hits_equal_the_golden_counts():
    counts = golden_counts((2, 3, 1))
    for pair, of_pair in enumerate(counts):
        assert of_pair['lengths'].tolist() == list(LENGTHS[pair])
        for index, tolerance in enumerate((2, 3, 1)):
            assert of_pair['hits'][index].tolist() == list(HITS[tolerance][pair])


@pytest.mark.parametrize('tolerance', MEANS)
def test_means_equal_the_golden_numbers(tolerance):
    counts = golden_counts((tolerance,))
    scores = np.stack([f_score(**of_pair)[0] for of_pair in counts])
    summed = f_score(sum(c['hits'] for c in counts), sum(c['lengths'] for c in counts))
    found = (mean_over(mean_over(scores, 0)), mean_over(mean_over(scores, 1)), mean_over(summed))
    assert found == pytest.approx(MEANS[tolerance], abs=1e-8)


@pytest.mark.parametrize('ignore_index', [255, 1, -1])
@pytest.mark.parametrize('seed', range(6))
def test_equals_the_search_over_all_pairs_of_pixels(seed, ignore_index):
    label, prediction = random_pair(seed, ignore_index=ignore_index)
    codes = class_codes(label, prediction, 4, ignore_index)
    counts = count_matches(*codes, num_classes=4, tolerances=(1, 2, 3))
    for index, tolerance in enumerate((1, 2, 3)):
        hits, lengths = reference.matches(label, prediction, tolerance, 4, ignore_index)
        assert counts['hits'][index].tolist() == hits.tolist()
        assert counts['lengths'].tolist() == lengths.tolist()


def test_more_classes_than_bits_are_counted_alike():
    label, prediction = random_pair(5, (12, 14))
    few = count_matches(*class_codes(label, prediction, 4, 255), num_classes=4, tolerances=(2,))
    spread = np.array([5, 63, 64, 199])
    for values in (label, prediction):
        values[(values < 0) | ((values > 3) & (values < 255))] = 220  # no class here, nor there
        classes = values < 4
        values[classes] = spread[values[classes]]
    many = count_matches(
        *class_codes(label, prediction, 200, 255), num_classes=200, tolerances=(2,)
    )
    for key in ('hits', 'lengths'):
        assert (many[key][..., spread] == few[key]).all()
        assert many[key].sum() == few[key].sum() > 0


def test_absent_class_has_no_score_and_a_missed_one_scores_zero():
    label = np.zeros((6, 6), int)
    label[2:4, 2:4] = 1
    counts = count_matches(
        *class_codes(label, np.zeros_like(label), 3, 255), num_classes=3, tolerances=(1,)
    )
    scores = f_score(**counts)[0]
    assert scores[:2].tolist() == [0, 0]
    assert np.isnan(scores[2])


def test_ignored_pixels_make_no_contour():
    label = np.array([[0, 0, 255, 1, 1]])
    counts = count_matches(*class_codes(label, label, 2, 255), num_classes=2, tolerances=(3,))
    assert not counts['lengths'].any()


@pytest.mark.parametrize('shape', [(1, 1), (1, 7), (9, 2), (2, 2)])
def test_maps_that_are_a_line_or_smaller_than_the_tolerance(shape):
    for seed in range(4):
        label, prediction = random_pair(seed, shape)
        counts = count_matches(
            *class_codes(label, prediction, 4, 255), num_classes=4, tolerances=(5,)
        )
        hits, lengths = reference.matches(label, prediction, 5, 4, 255)
        assert counts['hits'][0].tolist() == hits.tolist()
        assert counts['lengths'].tolist() == lengths.tolist()
