import numpy as np
import pytest
from builders.label_pairs import IGNORE, NUM_CLASSES, golden_pairs

from mmseg_scr.figures.scenes import Scene
from mmseg_scr.figures.tallies import REACHES, Tally


def test_counts_of_both_models_are_the_golden_ones(tally):
    assert tally.whole['a'][0].tolist() == [1179, 1075, 497, 754, 0, 0]
    first = tally.bands['a'][REACHES.index(1)]
    assert first[0].tolist() == [281, 182, 101, 176, 0, 0]
    assert tally.kinds['a'].sum() == tally.whole['a'].sum()
    assert (tally.changes.moved, tally.images) == (20, 3)
    assert list(tally.whole) == ['a', 'b']


def test_what_is_not_wanted_is_not_counted():
    tally = Tally(NUM_CLASSES, IGNORE, frozenset(('whole',)))
    label, prediction = golden_pairs()[0]
    image = np.zeros((*label.shape, 3), np.uint8)
    tally.add(Scene('golden', image, label, {'a': prediction}))
    assert not tally.kinds
    assert tally.changes is None
    assert len(tally.bands['a']) == 0


def test_an_image_without_labels_is_named():
    tally = Tally(NUM_CLASSES, IGNORE, frozenset(('whole',)))
    image = np.zeros((2, 3, 3), np.uint8)
    with pytest.raises(ValueError, match='photo has no labels'):
        tally.add(Scene('photo', image, None, {}))
