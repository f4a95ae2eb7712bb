import numpy as np
import pytest

from mmseg_scr.visualization.label_placement import place_labels

FRAME = (0, 0, 400, 300)


def boxes(centres, sizes):
    return np.concatenate([centres - np.asarray(sizes) / 2, centres + np.asarray(sizes) / 2], 1)


def overlap(a, b):
    sides = np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2])
    return sides.clip(min=0).prod()


def test_lonely_label_stands_next_to_its_point():
    (centre,) = place_labels([(200, 150)], [(40, 10)], FRAME)
    edge = np.maximum(np.abs(centre - (200, 150)) - (20, 5), 0)
    assert np.hypot(*edge) < 10


@pytest.mark.parametrize('seed', range(4))
def test_labels_of_a_crowd_cover_neither_each_other_nor_a_point(seed):
    points = np.random.default_rng(seed).uniform((140, 110), (260, 190), (12, 2))
    sizes = [(50, 10)] * 12
    labels = boxes(place_labels(points, sizes, FRAME), sizes)
    pairs = [overlap(labels[i], labels[j]) for i in range(12) for j in range(i)]
    assert sum(pairs) == 0
    assert not any(((box[:2] < p) & (p < box[2:])).all() for box in labels for p in points)


def test_label_of_a_point_in_a_corner_stays_inside():
    (box,) = boxes(place_labels([(398, 298)], [(60, 12)], FRAME), [(60, 12)])
    assert box[0] >= 0
    assert box[2] <= 400
    assert box[3] <= 300


def test_two_points_in_a_row_do_not_swap_their_labels():
    points = np.array([(200, 150), (208, 150)])
    centres = place_labels(points, [(60, 10)] * 2, FRAME)
    own = np.linalg.norm(centres - points, axis=1)
    other = np.linalg.norm(centres - points[::-1], axis=1)
    assert (own < other).all()


def test_no_points_need_no_labels():
    assert place_labels([], [], FRAME).shape == (0, 2)
