import numpy as np
import pytest
from builders.label_pairs import IGNORE, NUM_CLASSES, golden_pairs, random_pair

from mmseg_scr.metrics.class_changes import count_class_changes, gain_without
from mmseg_scr.metrics.class_codes import UNKNOWN, class_codes

# Rows: label 0..3; columns: predicted 0..4. The second prediction is the first, moved one column.
GOLDEN = {
    'before': '1179 126 4 38 24; 98 1075 74 49 0; 135 72 497 117 0; 126 51 64 754 0',
    'after': '1153 146 5 43 24; 101 1031 97 67 0; 137 80 470 134 0; 143 70 69 713 0',
    'cured': '0 11 4 1 4; 19 0 0 0 0; 17 7 0 0 0; 3 2 6 0 0',
    'broken': '0 33 3 6 4; 19 0 26 18 0; 19 13 0 19 0; 22 18 12 0 0',
    'net': '0 -20 -1 -5 0; -3 0 -23 -18 0; -2 -8 0 -17 0; -17 -19 -5 0 0',
}


def codes_of(label, before, after, num_classes=NUM_CLASSES, ignore_index=IGNORE):
    label_codes, before_codes = class_codes(label, before, num_classes, ignore_index)
    return label_codes, before_codes, class_codes(label, after, num_classes, ignore_index)[1]


def golden_changes():
    images = [
        count_class_changes(*codes_of(label, p, np.roll(p, -1, 1)), num_classes=NUM_CLASSES)
        for label, p in golden_pairs()
    ]
    return images[0] + images[1] + images[2]


@pytest.mark.parametrize('name', GOLDEN)
def test_equals_the_golden_counts(name):
    counts = getattr(golden_changes(), name)
    assert counts.shape == (NUM_CLASSES, NUM_CLASSES + 1)
    expected = np.zeros_like(counts)
    expected[:4, :5] = [[int(n) for n in row.split()] for row in GOLDEN[name].split(';')]
    assert counts.tolist() == expected.tolist()


def test_pixels_that_stay_wrong_are_counted_apart():
    assert golden_changes().moved == 20


@pytest.mark.parametrize(
    ('pair', 'gain'), [((1, 3), 0.01170200), ((0, 1), 0.02692305), ((2, 0), 0.03957380)]
)
def test_gain_in_miou_if_a_confusion_were_gone(pair, gain):
    assert gain_without(golden_changes().before, *pair) == pytest.approx(gain, abs=1e-8)


@pytest.mark.parametrize('seed', range(6))
def test_sums_of_changes_are_the_difference_of_the_confusions(seed):
    label, before = random_pair(seed)
    after = random_pair(seed + 100, label.shape)[1]
    changes = count_class_changes(*codes_of(label, before, after, 4), num_classes=4)
    right = changes.after.diagonal() - changes.before.diagonal()
    assert right.tolist() == (changes.cured - changes.broken).sum(1).tolist()
    # What is cured and broken explains the net but for what moved from one wrong class to another.
    assert np.abs(changes.net - changes.cured + changes.broken).sum() <= 2 * changes.moved


@pytest.mark.parametrize('seed', range(4))
def test_parts_of_an_image_add_up(seed):
    label, before = random_pair(seed)
    label, before, after = codes_of(label, before, np.roll(before, 1, 0), 4)
    part = np.arange(label.size).reshape(label.shape) % 3 == 0
    sides = [
        count_class_changes(np.where(m, label, UNKNOWN), before, after, num_classes=4)
        for m in (part, ~part)
    ]
    whole = count_class_changes(label, before, after, num_classes=4)
    for name in ('before', 'after', 'cured', 'broken', 'moved', 'net'):
        total = getattr(sides[0] + sides[1], name)
        assert np.array_equal(total, getattr(whole, name)), name


def test_one_image_that_decides_a_pair_is_one_image():
    label = np.zeros((2, 10), int)
    wrong = np.ones_like(label)
    slightly = label.copy()
    slightly[0, 0] = 1
    images = [
        count_class_changes(*codes_of(label, *maps, 2), num_classes=2)
        for maps in ((wrong, label), (label, slightly), (label, slightly), (label, label))
    ]
    changes = images[0] + images[1] + images[2] + images[3]
    assert changes.net[0, 1] == 18
    assert (changes.better[0, 1], changes.worse[0, 1]) == (1, 2)
    assert changes.churn[0, 1] == 22


def test_ignored_pixels_and_labels_beyond_the_classes_count_nowhere():
    label = np.array([[255, 7, 0]])
    codes = codes_of(label, np.array([[0, 0, 1]]), np.array([[1, 1, 0]]), 2)
    changes = count_class_changes(*codes, num_classes=2)
    assert changes.before.sum() == changes.cured.sum() == 1
    assert changes.moved == 0
