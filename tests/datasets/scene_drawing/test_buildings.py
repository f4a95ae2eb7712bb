import numpy as np
import pytest

from mmseg_scr.datasets.scene_drawing.buildings import draw_building, draw_skyline
from mmseg_scr.datasets.scene_drawing.canvas import Camera, Canvas
from mmseg_scr.datasets.scene_drawing.scene_class import SceneClass


@pytest.fixture
def canvas():
    """Focal length of 100 px, camera 1.5 m above the ground."""
    camera = Camera(horizon=0.5, vanishing=0.5, focal=0.5, height=1.5)
    return Canvas((100, 200), camera, haze=(255, 255, 255), haze_depth=1e9)


@pytest.mark.parametrize('seed', range(4))
@pytest.mark.parametrize('sign', [-1, 1])
def test_front_narrows_towards_the_vanishing_point(canvas, seed, sign):
    options = dict(height=6.0, brightness=1.0, dusk=False)
    draw_building(canvas, np.random.default_rng(seed), sign * 5.0, (10.0, 20.0), **options)
    found = canvas.finish()[1] == SceneClass.BUILDING
    columns = (np.nonzero(found)[1] + 0.5 - 100) * sign
    assert columns.min() == pytest.approx(5 * 100 / 20, abs=1)
    far, near = (found[:, int(100 + sign * column)].sum() for column in (27, 48))
    assert near == pytest.approx(6 * 100 / 10, rel=0.12)
    assert far == pytest.approx(6 * 100 / 20, rel=0.25)


def test_windows_are_building_too(canvas):
    options = dict(height=6.0, brightness=1.0, dusk=True)
    draw_building(canvas, np.random.default_rng(0), 5.0, (10.0, 20.0), **options)
    image, label = canvas.finish()
    assert len(np.unique(image[label == SceneClass.BUILDING].reshape(-1, 3), axis=0)) > 5
    front = label[48:60, 130:148]
    assert (front == SceneClass.BUILDING).all()


def test_skyline_spans_the_picture(canvas):
    draw_skyline(canvas, np.random.default_rng(0), 60.0, dusk=False)
    found = canvas.finish()[1] == SceneClass.BUILDING
    assert found.any(axis=0).mean() > 0.4
    assert not found[60:].any()
