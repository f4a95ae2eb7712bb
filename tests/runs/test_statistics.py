from itertools import product

import numpy as np
import pytest
from builders.label_pairs import IGNORE, NUM_CLASSES, golden_pairs

from mmseg_scr.runs.statistics import (
    bootstrap_by_class,
    bootstrap_difference,
    mean_iou,
    paired_difference,
)


class TestSeeds:
    def test_worked_example(self):
        found = paired_difference([0.0, 1.0, 2.0], [1.2, 1.4, 2.9])
        assert found.mean == pytest.approx(0.833333, abs=1e-6)
        assert (found.low, found.high) == pytest.approx((-0.170619, 1.837286), abs=1e-6)
        assert not found.resolved
        assert str(found) == '+0.83 [-0.17, +1.84]'

    def test_interval_that_excludes_zero_is_resolved(self):
        found = paired_difference([0.0] * 5, [1.0, 1.1, 0.9, 1.0, 1.0])
        assert found.resolved
        assert found.high - found.low == pytest.approx(2 * 2.7764 * 0.0707107 / 5**0.5, abs=1e-4)

    def test_one_seed_has_no_interval(self):
        found = paired_difference([50.0], [51.5])
        assert str(found) == '+1.50, one seed'
        assert not found.resolved

    @pytest.mark.parametrize(('a', 'b'), [([], []), ([1.0], [1.0, 2.0])])
    def test_values_that_are_no_pairs_are_refused(self, a, b):
        with pytest.raises(ValueError, match=f'got {len(a)}, {len(b)}'):
            paired_difference(a, b)


def counts(seed, images=3, classes=4):
    generator = np.random.default_rng(seed)
    intersection = generator.integers(1, 50, (images, classes))
    return np.stack([intersection, intersection + generator.integers(0, 50, (images, classes))], 2)


def all_resamples(a, b):
    """Differences of mIoU over every way to draw as many images with replacement."""
    differences = []
    for drawn in product(range(len(a)), repeat=len(a)):
        values = []
        for table in (a, b):
            total = sum(table[i] for i in drawn)
            occurs = total[:, 1] > 0
            values.append(100 * float(np.mean(total[occurs, 0] / total[occurs, 1])))
        differences.append(values[1] - values[0])
    return differences


def golden_counts(shift):
    """(3, 6, 2) counts of the golden pairs, their predictions moved to the left."""
    found = []
    for label, prediction in golden_pairs():
        known = label != IGNORE
        label, prediction = label[known], np.roll(prediction, -shift, 1)[known]
        cells = np.bincount(label * NUM_CLASSES + prediction, minlength=NUM_CLASSES**2)
        matrix = cells.reshape(NUM_CLASSES, NUM_CLASSES)
        union = matrix.sum(0) + matrix.sum(1) - matrix.diagonal()
        found.append(np.stack([matrix.diagonal(), union], axis=1))
    return np.stack(found)


class TestImages:
    def test_golden_numbers(self):
        a, b = golden_counts(0), golden_counts(1)
        assert mean_iou(a.sum(0)) == pytest.approx(50.444974, abs=1e-6)
        assert mean_iou(b.sum(0)) == pytest.approx(47.099450, abs=1e-6)
        found = bootstrap_difference(a, b)
        # Both ends are the resamples of one image three times: 1 in 27 is more than 2.5 %.
        assert (found.mean, found.low, found.high) == pytest.approx(
            (-3.345524, -9.693673, 1.345221), abs=2e-6
        )

    def test_golden_distribution_over_all_resamples(self):
        drawn = all_resamples(golden_counts(0), golden_counts(1))
        assert (np.mean(drawn), np.std(drawn)) == pytest.approx((-4.021677, 2.804589), abs=1e-6)
        assert np.quantile(drawn, [0.05, 0.95]) == pytest.approx([-8.247582, -0.919295], abs=1e-6)

    def test_agrees_with_every_possible_resample(self):
        a, b = counts(1), counts(2)
        expected = all_resamples(a, b)
        found = bootstrap_difference(a, b, replicates=20_000)
        assert found.mean == pytest.approx(float(mean_iou(b.sum(0)) - mean_iou(a.sum(0))))
        assert min(expected) <= found.low <= found.high <= max(expected)
        below = np.mean([d < found.low - 1e-9 for d in expected])
        above = np.mean([d > found.high + 1e-9 for d in expected])
        assert below <= 0.03
        assert above <= 0.03
        opposite = np.mean([np.sign(d) == -np.sign(found.mean) for d in expected])
        assert found.opposite == pytest.approx(opposite, abs=0.02)

    def test_the_same_images_are_drawn_for_both(self):
        a = counts(1)
        found = bootstrap_difference(a, a, replicates=50)
        assert (found.mean, found.low, found.high, found.opposite) == (0, 0, 0, 0)

    def test_class_of_one_image_is_left_out_where_it_is_not_drawn(self):
        a, b = counts(1), counts(2)
        a[1:, 3] = b[1:, 3] = 0
        found = bootstrap_difference(a, b, replicates=20_000)
        assert found.lost == pytest.approx((2 / 3) ** 3, abs=0.02)
        assert np.isfinite([found.low, found.high]).all()

    def test_class_of_no_image_takes_no_part(self):
        a, b = counts(1), counts(2)
        absent = np.zeros((3, 1, 2), int)
        wider = [np.concatenate([table, absent], axis=1) for table in (a, b)]
        assert bootstrap_difference(*wider) == bootstrap_difference(a, b)

    def test_class_that_one_model_alone_has_counts_in_the_interval_as_in_the_difference(self):
        a = np.concatenate([counts(1), np.zeros((3, 1, 2), int)], axis=1)
        b = a.copy()
        b[:, 4] = [0, 5]  # predicted in every image, in the label of none
        found = bootstrap_difference(a, b, replicates=500)
        assert found.low <= found.mean <= found.high < 0
        assert (found.resolved, found.opposite, found.lost) == (True, 0, 0)

    def test_tables_of_other_shapes_are_refused(self):
        with pytest.raises(ValueError, match=r'\(3, 4, 2\) and \(2, 4, 2\)'):
            bootstrap_difference(counts(1), counts(1)[:2])


class TestClasses:
    def test_a_class_has_the_interval_that_it_has_alone(self):
        a, b = counts(1, images=20), counts(2, images=20)
        for k, found in enumerate(bootstrap_by_class(a, b)):
            alone = bootstrap_difference(a[:, [k]], b[:, [k]])
            assert (found.mean, found.low, found.high) == pytest.approx(
                (alone.mean, alone.low, alone.high)
            )

    def test_a_class_without_pixels_has_no_difference(self):
        a, b = counts(1), counts(2)
        a[:, 1] = b[:, 1] = 0
        found = bootstrap_by_class(a, b)
        assert np.isnan([found[1].mean, found[1].low, found[1].high]).all()
        assert not found[1].resolved
        assert np.isfinite([found[0].low, found[2].low]).all()

    def test_a_set_without_pixels_has_no_difference_at_all(self):
        nothing = np.zeros((3, 2, 2), int)
        found = bootstrap_difference(nothing, nothing, replicates=50)
        assert np.isnan([found.mean, found.low, found.high]).all()

    def test_tables_of_different_shapes_are_refused(self):
        with pytest.raises(ValueError, match='must be'):
            bootstrap_by_class(counts(1), counts(1, images=4))


def test_a_difference_that_there_is_not_is_no_number_of_one_seed():
    nothing = np.zeros((3, 2, 2), np.int64)
    assert str(bootstrap_difference(nothing, nothing)) == '-'
