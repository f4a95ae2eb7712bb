import numpy as np
import pytest

from mmseg_scr.datasets.scene_drawing.canvas import Camera, Canvas
from mmseg_scr.datasets.scene_drawing.plants import draw_hedge, draw_tree
from mmseg_scr.datasets.scene_drawing.scene_class import SceneClass


@pytest.fixture
def canvas():
    """10 px per metre at 10 m; the ground there is at row 95."""
    camera = Camera(horizon=0.8, vanishing=0.5, focal=0.5, height=1.5)
    return Canvas((100, 200), camera, haze=(255, 255, 255), haze_depth=1e9)


def test_tree_has_its_height_and_a_trunk_as_thin_as_a_post(canvas):
    draw_tree(canvas, np.random.default_rng(0), 0.0, 10.0, height=7.0)
    found = canvas.finish()[1] == SceneClass.VEGETATION
    rows = np.nonzero(found.any(axis=1))[0]
    assert np.ptp(rows) == pytest.approx(70, abs=12)
    assert 1 <= found[90].sum() <= 5
    assert found[40].sum() > 10


def test_far_tree_keeps_a_crown(canvas):
    draw_tree(canvas, np.random.default_rng(0), 0.0, 50.0, height=10.0)
    found = canvas.finish()[1] == SceneClass.VEGETATION
    assert found.sum() > 20


def test_hedge_runs_along_the_street(canvas):
    draw_hedge(canvas, np.random.default_rng(0), 4.0, (5.0, 20.0), height=1.2)
    found = canvas.finish()[1] == SceneClass.VEGETATION
    columns = np.nonzero(found)[1]
    assert columns.min() == pytest.approx(100 + 4 * 100 / 20, abs=2)
    assert found[:, 150].sum() > found[:, 130].sum() > 0
