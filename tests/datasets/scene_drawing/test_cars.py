import numpy as np
import pytest

from mmseg_scr.datasets.scene_drawing.canvas import Camera, Canvas
from mmseg_scr.datasets.scene_drawing.cars import HALF_WIDTH, draw_car
from mmseg_scr.datasets.scene_drawing.scene_class import SceneClass


def draw(seed, heading, depth=20.0):
    """A car in front of a camera with a focal length of 600 px: 30 px per metre at 20 m."""
    camera = Camera(horizon=0.5, vanishing=0.5, focal=2.0, height=1.2)
    canvas = Canvas((150, 300), camera, haze=(255, 255, 255), haze_depth=1e9)
    draw_car(canvas, np.random.default_rng(seed), 0.0, depth, heading=heading)
    image, label = canvas.finish()
    assert np.unique(label).tolist() == [0, SceneClass.CAR]
    return image, label == SceneClass.CAR


@pytest.mark.parametrize('seed', range(4))
def test_car_seen_from_behind_is_as_wide_as_a_car(seed):
    columns = np.nonzero(draw(seed, heading=0.0)[1])[1]
    near_end = 20 - 2.2
    assert np.ptp(columns) == pytest.approx(2 * HALF_WIDTH * 600 / near_end, rel=0.06)


@pytest.mark.parametrize('seed', range(4))
def test_car_seen_from_the_side_is_as_long_as_a_car(seed):
    columns = np.nonzero(draw(seed, heading=np.pi / 2)[1])[1]
    length = np.ptp(columns) * (20 - HALF_WIDTH) / 600
    assert 3.7 < length < 4.9


@pytest.mark.parametrize('seed', range(4))
@pytest.mark.parametrize('heading', [0.0, 0.5, 2.0, 3.3, 5.0])
def test_body_has_no_holes(seed, heading):
    found = draw(seed, heading)[1]
    rows = np.nonzero(found.any(axis=1))[0]
    for row in found[rows.min() : rows.min() + len(rows) // 2]:
        columns = np.nonzero(row)[0]
        assert row[columns.min() : columns.max() + 1].all()


def test_rear_has_red_lamps_and_front_has_white_ones():
    rear, front = (draw(0, heading)[0].astype(int) for heading in (0.0, np.pi))

    def red(image):
        return ((image[..., 0] - image[..., 1] > 100) & (image[..., 2] < 60)).sum()

    assert red(rear) > 20
    assert red(front) == 0
