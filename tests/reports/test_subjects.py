import numpy as np
from builders.passes import subject_of, truths

from mmseg_scr.reports.subjects import Pair, tally_of


def test_seeds_that_both_have_make_pairs(subjects, tmp_path):
    base, ours, single = subjects
    assert Pair(base, ours).seeds == [0, 1]
    assert Pair(base, single).seeds == []
    late = subject_of(tmp_path, 'late', (1, 2), seeds=(1, 2))
    pair = Pair(base, late)
    assert pair.seeds == [1]
    assert pair.shown == (base.passes[1], late.passes[0])
    assert pair.of_which == ' of seed 1'


def test_which_training_is_shown_is_said_where_there_are_several(subjects, tmp_path):
    base, _, single = subjects
    assert Pair(base, single).of_which == ' of the first training'
    alone = subject_of(tmp_path, 'alone', (0,))
    assert Pair(alone, single).of_which == ''


def test_changes_are_those_of_the_pixels_of_all_images(subjects):
    pair = Pair(*subjects[:2])
    changes = pair.changes()
    maps = [[result.maps(i) for i in range(4)] for result in pair.shown]
    for true in range(3):
        for taken in range(3):
            cured = sum(
                ((truth == true) & (before == taken) & (after == true)).sum()
                for (truth, before), (_, after) in zip(*maps, strict=True)
            )
            assert changes.cured[true, taken] == (cured if true != taken else 0)
    assert changes.before.sum() == (truths() != 255).sum()


def test_sums_for_figures_are_over_all_trainings(subjects):
    tally = tally_of(subjects[:2])
    base = subjects[0].passes
    assert np.array_equal(tally.whole['base'], base[0].whole.sum(0) + base[1].whole.sum(0))
    assert [*tally.kinds] == [*tally.bands] == ['base', 'ours']
    assert tally.images == 4
