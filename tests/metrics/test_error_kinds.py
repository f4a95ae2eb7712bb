import numpy as np
import pytest
from builders.label_pairs import IGNORE, NUM_CLASSES, golden_pairs, random_pair
from reference import error_kinds as reference

from mmseg_scr.metrics.class_codes import class_codes
from mmseg_scr.metrics.error_kinds import COLUMNS, count_error_kinds
from mmseg_scr.metrics.error_type_metric import remaining_shares
from mmseg_scr.metrics.scores import mean_over, ratio

TRUE_POSITIVES = '1179 1075 497 754 0 0'
GOLDEN = {  # width: FP and FN of boundary, FP and FN of extent, FP and FN of segment
    1: [
        '169 85 64 111 0 0',
        '82 118 101 127 0 0',
        '190 100 48 93 0 0',
        '110 103 223 94 0 0',
        '0 64 30 0 24 0',
        '0 0 0 20 0 0',
    ],
    2: [
        '262 182 108 197 0 0',
        '136 217 166 191 0 0',
        '97 3 4 7 0 0',
        '56 4 158 30 0 0',
        '0 64 30 0 24 0',
        '0 0 0 20 0 0',
    ],
    3: [
        '327 184 111 204 0 0',
        '138 220 246 191 0 0',
        '32 1 1 0 0 0',
        '54 1 78 30 0 0',
        '0 64 30 0 24 0',
        '0 0 0 20 0 0',
    ],
}
SHARES = {  # mean over classes, IoU first
    1: '0.50444974 0.06234803 0.06691529 0.06039208 0.08804343 0.21451532 0.00333611',
    2: '0.50444974 0.10913951 0.11014864 0.01360060 0.04481008 0.21451532 0.00333611',
    3: '0.50444974 0.11870355 0.12738295 0.00403656 0.02757577 0.21451532 0.00333611',
}
REST = {
    1: '0.20588262 0.18988746 0.21785143',
    2: '0.30455184 0.07454545 0.21785143',
    3: '0.32945356 0.04029495 0.21785143',
}


def numbers(text):
    return [float(word) for word in text.split()]


def golden_sum(width):
    return sum(
        count_error_kinds(
            *class_codes(label, prediction, NUM_CLASSES, IGNORE),
            num_classes=NUM_CLASSES,
            width=width,
        )
        for label, prediction in golden_pairs()
    )


@pytest.mark.parametrize('width', GOLDEN)
def test_equals_the_golden_counts(width):
    total = golden_sum(width)
    assert total.tolist() == [numbers(row) for row in (TRUE_POSITIVES, *GOLDEN[width])]
    shares = mean_over(ratio(total, total.sum(0)), axis=1)
    assert shares == pytest.approx(numbers(SHARES[width]), abs=1e-8)
    assert shares.sum() == pytest.approx(1, abs=1e-12)
    rest = [mean_over(values) for values in remaining_shares(total).values()]
    assert rest == pytest.approx(numbers(REST[width]), abs=1e-8)


@pytest.mark.parametrize('ignore_index', [255, 1, -1])
@pytest.mark.parametrize('seed', range(10))
def test_equals_the_pixel_by_pixel_definition(seed, ignore_index):
    shape = (17, 21) if seed > 5 else None
    label, prediction = random_pair(seed, shape, ignore_index=ignore_index)
    codes = class_codes(label, prediction, 4, ignore_index)
    for width in (1, 2, 4):
        counts = count_error_kinds(*codes, num_classes=4, width=width)
        expected = reference.error_kinds(label, prediction, width, 4, ignore_index)
        assert counts.tolist() == expected.tolist()


@pytest.mark.parametrize(('shift', 'kind'), [(1, 'boundary'), (5, 'boundary'), (6, 'extent')])
def test_shifted_straight_border_is_a_boundary_error_below_twice_the_width(shift, kind):
    label = np.zeros((20, 40), int)
    label[:, 20:] = 1
    prediction = np.roll(label, shift, 1)
    prediction[:, :20] = 0
    counts = count_error_kinds(*class_codes(label, prediction, 2, 255), num_classes=2, width=3)
    assert counts[COLUMNS.index(f'FN_{kind}'), 1] == 20 * shift
    assert counts[:, 1].sum() == 400


def test_missed_and_invented_objects_are_segments():
    label, prediction = np.zeros((2, 30, 30), int)
    label[4:9, 4:9] = 1
    prediction[20:23, 20:24] = 2
    counts = count_error_kinds(*class_codes(label, prediction, 3, 255), num_classes=3, width=2)
    by_name = dict(zip(COLUMNS, counts.tolist(), strict=True))
    assert by_name['FN_segment'] == [0, 25, 0]
    assert by_name['FP_segment'] == [0, 0, 12]


def test_only_ignored_pixels_and_absent_classes_count_nothing():
    nothing = np.full((4, 5), 255)
    codes = class_codes(nothing, np.zeros_like(nothing), 3, 255)
    assert not count_error_kinds(*codes, num_classes=3, width=1).any()


@pytest.mark.parametrize('shape', [(1, 1), (1, 7), (9, 2), (2, 2)])
def test_maps_that_are_a_line_or_smaller_than_the_width(shape):
    for seed in range(4):
        label, prediction = random_pair(seed, shape)
        codes = class_codes(label, prediction, 4, 255)
        counts = count_error_kinds(*codes, num_classes=4, width=3)
        expected = reference.error_kinds(label, prediction, 3, 4, 255)
        assert counts.tolist() == expected.tolist()
