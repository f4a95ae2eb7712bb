import numpy as np
import pytest

from mmseg_scr.datasets.scene_drawing.canvas import Camera, Canvas
from mmseg_scr.datasets.scene_drawing.posts import draw_bollard, draw_lamp, draw_sign
from mmseg_scr.datasets.scene_drawing.scene_class import SceneClass


def draw(function, seed, x=3.0):
    """A post 10 m in front of a camera with a focal length of 200 px: 20 px per metre."""
    camera = Camera(horizon=0.9, vanishing=0.5, focal=1.0, height=1.0)
    canvas = Canvas((200, 200), camera, haze=(255, 255, 255), haze_depth=1e9)
    function(canvas, np.random.default_rng(seed), x, 10.0)
    return canvas.finish()[1]


@pytest.mark.parametrize('function', [draw_lamp, draw_sign, draw_bollard])
def test_post_is_a_few_pixels_wide_at_its_foot(function):
    foot = (draw(function, 0) == SceneClass.POLE)[190:196].sum(axis=1)
    assert foot.min() >= 1
    assert foot.max() <= 4


@pytest.mark.parametrize('x', [-3.0, 3.0])
def test_lamp_reaches_over_the_road(x):
    rows, columns = np.nonzero(draw(draw_lamp, 1, x) == SceneClass.POLE)
    head = columns[rows == rows.min()].mean()
    foot = columns[rows == rows.max()].mean()
    assert (head - foot) * np.sign(x) < -5


@pytest.mark.parametrize('seed', range(6))
def test_sign_stands_above_a_head_and_is_no_larger_than_a_door(seed):
    rows, columns = np.nonzero(draw(draw_sign, seed) == SceneClass.SIGN)
    lowest = (200 - rows.max()) / 20  # metres above the ground
    assert lowest > 0.8
    assert 8 < np.ptp(columns) < 40
