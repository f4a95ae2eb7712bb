import csv

import numpy as np
import pytest
from builders.passes import subject_of

from mmseg_scr.figures.scenes import Scene
from mmseg_scr.reports import of_images
from mmseg_scr.reports.document import Absent, Picture, Table
from mmseg_scr.reports.measures import image_scores
from mmseg_scr.reports.subjects import Pair


@pytest.fixture
def pairs(subjects):
    return [Pair(subjects[0], other) for other in subjects[1:]]


@pytest.fixture
def _pictures(monkeypatch):
    """Images are black: no data set is there."""

    def scene(pair, index):
        (truth, first), (_, last) = (result.maps(index) for result in pair.shown)
        image = np.zeros((*truth.shape, 3), np.uint8)
        maps = {pair.base.title: first, pair.other.title: last}
        return Scene(pair.shown[0].names[index], image, truth, maps)

    monkeypatch.setattr(of_images, '_scene', scene)


def test_the_worst_image_of_the_last_model_is_first(subjects, pairs):
    (table,) = of_images.image_table(subjects, pairs, rows=3).blocks
    scores = 100 * image_scores(subjects[2].passes[0])
    assert [row[3].value for row in table.rows] == pytest.approx(sorted(scores)[:3])
    assert table.rising == 3
    assert table.columns[3:] == ['<script>', 'ours − base', '<script> − base']
    for row in table.rows:
        assert row[5].value == pytest.approx(row[3].value - row[1].value)
    assert table.caption.startswith('The lowest 3 of 4 images')


def test_methods_of_other_seeds_are_compared_with_the_baseline_of_their_own(tmp_path):
    base = subject_of(tmp_path, 'base', [0, 3], seeds=(1, 2))
    others = [
        subject_of(tmp_path, name, [s], seeds=(k,)) for name, s, k in (('a', 0, 1), ('b', 3, 2))
    ]
    pairs = [Pair(base, other) for other in others]
    (table,) = of_images.image_table([base, *others], pairs, rows=4).blocks
    assert table.columns[1:] == [
        *('base of seed 1', 'a of seed 1', 'base of seed 2', 'b of seed 2'),
        *('a − base of seed 1', 'b − base of seed 2'),
    ]
    for row in table.rows:  # each predicts as the baseline of its seed does
        assert (row[5].value, row[6].value) == (0, 0)
        assert row[1].value > row[3].value
    assert 'of seed' not in table.caption
    of_images.write_image_csv(tmp_path / 'images.csv', [base, *others], pairs)
    with (tmp_path / 'images.csv').open() as file:
        assert next(csv.reader(file)) == ['image', *table.columns[1:5]]


def test_the_table_in_a_file_has_all_images(subjects, pairs, tmp_path):
    of_images.write_image_csv(tmp_path / 'images.csv', subjects, pairs)
    with (tmp_path / 'images.csv').open() as file:
        rows = [*csv.reader(file)]
    assert rows[0] == ['image', 'base', 'ours', '<script>']
    assert [row[0] for row in rows[1:]] == [f'image {i}' for i in range(4)]
    found = [float(row[2]) for row in rows[1:]]
    assert found == pytest.approx(100 * image_scores(subjects[1].passes[0]), abs=1e-4)


@pytest.mark.usefixtures('_pictures')
def test_images_are_shown_by_how_much_they_changed(pairs):
    gains = of_images.gains_of(pairs[0])
    assert (gains > 0).all()
    section = of_images.changed_images(pairs[:1], 2)
    pictures = [block for block in section.blocks if isinstance(block, Picture)]
    best = np.argsort(-gains)[:2]
    captions = [f'image {i}: {100 * gains[i]:+.1f} points of mean IoU.' for i in best]
    assert [picture.caption for picture in pictures] == captions
    (absent,) = (block.text for block in section.blocks if isinstance(block, Absent))
    assert absent == 'base → ours of seed 0: no image worsened.'


def test_pairs_of_classes_are_those_that_changed_most(pairs):
    section = of_images.class_changes(pairs[:1])
    table, picture = section.blocks
    assert isinstance(table, Table)
    assert {len(row) for row in table.rows} == {6}
    nets = [abs(row[3].value) for row in table.rows]
    assert nets == sorted(nets, reverse=True)
    assert nets[0] > 0
    assert 'base → ours of seed 0' in picture.alt


def test_equal_predictions_are_said_to_be_equal(subjects, tmp_path):
    twin = subject_of(tmp_path, 'twin', (1,))
    (absent,) = of_images.class_changes([Pair(subjects[0], twin)]).blocks
    assert isinstance(absent, Absent)
    assert absent.text.endswith('the predictions are equal in all images.')
