import numpy as np
import pytest
import torch
from builders.label_pairs import IGNORE, NUM_CLASSES, golden_pairs, random_pair
from reference import boundary_scores as reference

from mmseg_scr.metrics import band_counts
from mmseg_scr.metrics.band_counts import count_bands, count_strata
from mmseg_scr.metrics.bands import near_another_class
from mmseg_scr.metrics.class_codes import class_codes
from mmseg_scr.metrics.scores import (
    boundary_intersection_over_union,
    intersection_over_union,
    mean_over,
)
from mmseg_scr.metrics.widths import in_pixels
from mmseg_scr.ops.boundary import boundary_band

# Sums over the three pairs, per class: true positives, false positives, false negatives.
BANDS = {
    1: ('281 182 101 176 0 0', '204 126 74 135 0 0', '92 144 155 148 0 0'),
    2: ('556 422 235 390 0 0', '301 190 104 192 0 0', '132 213 231 211 0 0'),
    3: ('768 656 316 539 0 0', '327 206 117 201 0 0', '139 220 275 217 0 0'),
}
MEANS = {  # in the band, in its interior
    1: (0.39478987, 0.60050574),
    2: (0.49444579, 0.66218371),
    3: (0.55954926, 0.66636606),
}
# (share, rim): intersection, union, mean.
CONTOURS = {
    (0.02, True): ('228 128 92 143 0 0', '830 691 515 668 14 0', 0.17053004),
    (0.02, False): ('80 72 43 57 0 0', '707 636 472 587 14 0', 0.08291347),
    (0.05, True): ('845 607 340 614 0 0', '1544 1303 860 1161 24 0', 0.38746622),
    (0.05, False): ('565 527 281 440 0 0', '1385 1260 838 1045 24 0', 0.31651421),
}


def numbers(text):
    return [int(word) for word in text.split()]


def golden_sum(**options):
    total = {}
    for label, prediction in golden_pairs():
        extra = {}
        if 'share' in options:
            extra = dict(distance=in_pixels(options['share'], label.shape), rim=options['rim'])
        codes = class_codes(label, prediction, NUM_CLASSES, IGNORE)
        counts = count_bands(
            *codes, num_classes=NUM_CLASSES, reaches=options.get('reaches', ()), **extra
        )
        total = {key: total.get(key, 0) + value for key, value in counts.items()}
    return total


def test_golden_pairs_are_the_published_ones():
    counts = golden_sum()['all']
    assert counts[0].tolist() == [1179, 1075, 497, 754, 0, 0]
    assert counts[1].tolist() == [192, 221, 324, 241, 0, 0]
    assert counts[2].tolist() == [359, 249, 142, 204, 24, 0]


def test_bands_equal_the_golden_counts():
    total = golden_sum(reaches=(3, 1, 2))
    for index, width in enumerate((3, 1, 2)):
        hits, false, missed = BANDS[width]
        mean, interior = MEANS[width]
        band = total['band'][index]
        assert band.tolist() == [numbers(hits), numbers(missed), numbers(false)]
        assert mean_over(intersection_over_union(band)) == pytest.approx(mean, abs=1e-8)
        outside = intersection_over_union(total['all'] - band)
        assert mean_over(outside) == pytest.approx(interior, abs=1e-8)


@pytest.mark.parametrize(('share', 'rim'), CONTOURS)
def test_boundary_iou_equals_the_golden_counts(share, rim):
    both, of_label, of_prediction = contour = golden_sum(share=share, rim=rim)['contour']
    intersection, union, mean = CONTOURS[share, rim]
    assert both.tolist() == numbers(intersection)
    assert (of_label + of_prediction - both).tolist() == numbers(union)
    score = mean_over(boundary_intersection_over_union(contour))
    assert score == pytest.approx(mean, abs=1e-8)


@pytest.mark.parametrize('ignore_index', [255, 1, -1])
@pytest.mark.parametrize('seed', range(8))
def test_equals_the_search_over_all_pairs_of_pixels(seed, ignore_index):
    label, prediction = random_pair(seed, ignore_index=ignore_index)
    codes = class_codes(label, prediction, 4, ignore_index)
    rim = bool(seed % 2)
    counts = count_bands(*codes, num_classes=4, reaches=(2, 1), distance=2, rim=rim)
    everywhere = np.ones(label.shape, bool)
    expected = reference.confusion(label, prediction, everywhere, 4, ignore_index)
    assert counts['all'].tolist() == expected.tolist()
    for index, reach in enumerate((2, 1)):
        # Values beyond the classes are one class: borders among them belong to no class scored.
        merged = np.where((label >= 4) & (label != ignore_index), 4, label)
        expected = reference.band_counts(merged, prediction, reach, 4, ignore_index)
        assert counts['band'][index].tolist() == expected.tolist()
    expected = reference.contour_counts(label, prediction, 2, rim, 4, ignore_index)
    assert counts['contour'].tolist() == expected.tolist()


@pytest.mark.parametrize('num_classes', [19, 300])
def test_large_maps_and_many_classes_are_counted_as_pixel_by_pixel(num_classes, monkeypatch):
    pair = random_pair(3, (9, 11), num_classes)
    codes = [*class_codes(*pair, num_classes, IGNORE)]
    stratum = np.random.default_rng(0).integers(0, 3, codes[0].shape).astype(np.uint8)
    expected = np.zeros((3, num_classes + 2, 3), np.int64)
    for label, prediction, s in zip(*(x.ravel() for x in (*codes, stratum)), strict=True):
        expected[0, label, s] += label == prediction
        expected[1, label, s] += label != prediction
        expected[2, prediction, s] += label != prediction
    expected = expected[:, 1:-1]
    used = []
    for name in ('_count_pairs', '_count_codes'):
        count = getattr(band_counts, name)
        monkeypatch.setattr(
            band_counts, name, lambda *a, name=name, count=count: used.append(name) or count(*a)
        )
    for times in (1, 7, 80):
        tiled = (np.tile(x, (times, times)) for x in (*codes, stratum))
        counts = count_strata(*tiled, 3, num_classes)
        assert (counts == times**2 * expected).all()
    assert used[0] == '_count_codes'
    assert used[-1] == '_count_pairs'


@pytest.mark.parametrize('reach', [1, 4, 30])
@pytest.mark.parametrize('num_classes', [4, 300])
def test_band_is_that_of_ops(reach, num_classes):
    label, _ = random_pair(2, (40, 31), num_classes)
    label[label > num_classes] = 0
    codes, _ = class_codes(label, label, num_classes, 255)
    expected = boundary_band(torch.from_numpy(label)[None], reach, 255)[0].numpy()
    assert (near_another_class(codes, reach) == expected).all()
    assert expected.any()


def test_prediction_in_ignored_pixels_has_no_influence():
    label, prediction = golden_pairs()[1]
    other = np.where(label == IGNORE, 4, prediction)
    assert (other != prediction).any()
    counts, again = (
        count_bands(*class_codes(label, p, 6, IGNORE), num_classes=6, reaches=(3,), distance=2)
        for p in (prediction, other)
    )
    assert all((counts[key] == again[key]).all() for key in counts)


def test_perfect_on_known_pixels_scores_one_at_the_boundary():
    label, _ = golden_pairs()[1]
    codes = class_codes(label, np.where(label == IGNORE, 2, label), 6, IGNORE)
    counts = count_bands(*codes, num_classes=6, reaches=(3,), distance=2)
    assert mean_over(boundary_intersection_over_union(counts['contour'])) == 1
    assert mean_over(intersection_over_union(counts['band'][0])) == 1


@pytest.mark.parametrize('label', [[[255, 255], [255, 255]], [[2]], [[2, 2, 255], [2, 2, 2]]])
def test_without_two_classes_there_is_no_band(label):
    label = np.array(label)
    counts = count_bands(
        *class_codes(label, label, 4, 255), num_classes=4, reaches=(1, 9), distance=1, rim=False
    )
    assert not counts['band'].any()
    assert not counts['contour'].any()
    assert counts['all'].sum() == (label != 255).sum()


@pytest.mark.parametrize('shape', [(1, 1), (1, 7), (9, 2), (2, 2)])
def test_maps_that_are_a_line_or_smaller_than_the_band(shape):
    for seed in range(4):
        label, prediction = random_pair(seed, shape)
        counts = count_bands(
            *class_codes(label, prediction, 4, 255), num_classes=4, reaches=(3,), distance=5
        )
        merged = np.where((label >= 4) & (label != 255), 4, label)
        expected = reference.band_counts(merged, prediction, 3, 4, 255)
        assert counts['band'][0].tolist() == expected.tolist()
        expected = reference.contour_counts(label, prediction, 5, True, 4, 255)
        assert counts['contour'].tolist() == expected.tolist()
