import numpy as np
import pytest

from mmseg_scr.datasets.scene_drawing.canvas import Camera, Canvas
from mmseg_scr.datasets.scene_drawing.scene_class import SceneClass
from mmseg_scr.datasets.scene_drawing.street import Street, draw_ground, draw_sky

STREET = Street(kerbs=(4.0, 3.0), walks=(2.0, 2.0), verges=(0.0, 1.0), end=60.0, crossing=8.0)


@pytest.fixture
def label():
    camera = Camera(horizon=0.25, vanishing=0.5, focal=0.5, height=2.0)
    canvas = Canvas((100, 200), camera, haze=(220, 220, 220), haze_depth=100)
    draw_sky(canvas, np.random.default_rng(0), zenith=(80, 130, 200), cloud=(250, 250, 250))
    draw_ground(canvas, np.random.default_rng(0), STREET)
    return canvas.finish()[1]


def test_facade_lies_behind_sidewalk_and_verge():
    assert STREET.facade(0) == 6.0
    assert STREET.facade(1) == 6.0


def test_horizon_parts_sky_and_ground(label):
    assert (label[:25] == SceneClass.SKY).all()
    assert not (label[26:] == SceneClass.SKY).any()


def test_kerbs_run_to_the_vanishing_point(label):
    # Row 75 is 50 px below the horizon: 100 px focal length and 2 m height make 4 m of depth.
    columns = np.nonzero(label[75] == SceneClass.ROAD)[0]
    assert columns.min() == pytest.approx(100 - 25 * 4, abs=1)
    assert columns.max() == pytest.approx(100 + 25 * 3, abs=1)
    assert (label[75, 177:] == SceneClass.SIDEWALK).all()


def test_marks_and_crossing_belong_to_the_road(label):
    row = label[50]  # 8 m of depth, on the zebra crossing
    assert set(row[56:136].tolist()) == {SceneClass.ROAD}


def test_sampled_streets_leave_room_for_the_camera():
    rng = np.random.default_rng(0)
    for street in (Street.sample(rng) for _ in range(50)):
        assert min(street.kerbs) > 2
        assert min(street.verges) >= 0
        assert street.facade(0) > street.kerbs[0] + 1.5
