import numpy as np
import pytest

from mmseg_scr.datasets.scene_drawing.canvas import Camera, Canvas
from mmseg_scr.datasets.scene_drawing.people import draw_person, draw_rider
from mmseg_scr.datasets.scene_drawing.scene_class import SceneClass

PIXELS_PER_METRE = 30  # focal length of 300 px, 10 m away


def mask(draw, seed, label):
    camera = Camera(horizon=0.5, vanishing=0.5, focal=1.0, height=1.0)
    canvas = Canvas((150, 300), camera, haze=(255, 255, 255), haze_depth=1e9)
    draw(canvas, np.random.default_rng(seed), 0.0, 10.0)
    found = canvas.finish()[1]
    assert np.unique(found).tolist() == [0, label]
    return found == label


def extent(found):
    rows, columns = np.nonzero(found)
    return np.ptp(rows) / PIXELS_PER_METRE, np.ptp(columns) / PIXELS_PER_METRE


@pytest.mark.parametrize('seed', range(5))
def test_person_has_the_size_of_a_person_and_stands_on_the_ground(seed):
    found = mask(draw_person, seed, SceneClass.PERSON)
    height, width = extent(found)
    assert 1.4 < height < 2.05
    assert 0.35 < width < 0.9
    # The ground at 10 m is one metre, 30 px, below the horizon at row 75.
    assert np.nonzero(found)[0].max() == pytest.approx(105, abs=4)


@pytest.mark.parametrize('seed', range(5))
def test_rider_is_as_tall_but_one_sees_through_the_wheels(seed):
    found = mask(draw_rider, seed, SceneClass.RIDER)
    height, width = extent(found)
    assert 1.7 < height < 2.0
    assert 0.4 < width < 1.9
    if width > 1.4:  # seen from the side: the hubs are hollow
        columns = np.nonzero(found)[1]
        hub = round(columns.min() + 0.34 * PIXELS_PER_METRE)
        row = round(105 - 0.34 * PIXELS_PER_METRE)
        rim = found[row, columns.min() : columns.min() + 4]
        assert rim.any()
        assert not found[row - 2, hub - 4 : hub - 2].any()
