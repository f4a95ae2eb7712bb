import numpy as np
import pytest

from mmseg_scr.datasets.scene_drawing.canvas import Camera, Canvas, pick, shade, vary

CAMERA = Camera(horizon=0.5, vanishing=0.5, focal=0.5, height=2.0)
RED = (200, 0, 0)


def canvas(size=(40, 80), haze_depth=1e9):
    return Canvas(size, CAMERA, haze=(255, 255, 255), haze_depth=haze_depth)


def square(x, y, z, side):
    return [(x, y, z), (x + side, y, z), (x + side, y + side, z), (x, y + side, z)]


def test_square_lands_where_the_pinhole_camera_sees_it():
    # 40 px focal length, 4 m away: 10 px per metre around the column 40 and the row 20.
    drawn = canvas()
    drawn.face(square(-1, 1, 4, 2), RED, label=3)
    image, label = drawn.finish()
    rows, columns = np.nonzero(label)
    assert columns.min() == pytest.approx(30, abs=1)
    assert columns.max() == pytest.approx(50, abs=1)
    assert rows.min() == pytest.approx(10, abs=1)
    assert rows.max() == pytest.approx(30, abs=1)
    np.testing.assert_array_equal(image[20, 40], RED)


def test_texture_leaves_the_label_alone():
    drawn = canvas()
    drawn.face(square(-1, 1, 4, 2), RED)
    image, label = drawn.finish()
    assert image.any()
    assert not label.any()


def test_image_is_smooth_at_edges_and_the_label_is_not():
    drawn = canvas()
    drawn.image[:] = 100
    drawn.face([(-2, 0, 4), (2, 0.7, 4), (0, 4, 4)], RED, label=9)
    image, label = drawn.finish()
    assert len(np.unique(image[..., 0])) > 2
    assert np.unique(label).tolist() == [0, 9]


def test_far_things_fade_into_the_haze():
    drawn = canvas(haze_depth=10)
    drawn.face(square(-1, 1, 10, 2), (0, 0, 0))
    image, _ = drawn.finish()
    assert image[20, 40, 0] == pytest.approx(255 * (1 - np.exp(-1)), abs=1)


@pytest.mark.parametrize(('depth', 'width'), [(4, 3), (40, 1), (4000, 1)])
def test_stick_is_as_wide_as_it_is_near_but_never_less_than_a_pixel(depth, width):
    drawn = canvas()
    drawn.stick([(0, -100, depth), (0, 100, depth)], 0.3, RED, label=3)
    widths = (drawn.finish()[1] == 3).sum(axis=1)
    assert abs(widths[widths > 0] - width).max() <= 1
    assert widths.any()


def test_ring_is_hollow():
    drawn = canvas()
    drawn.stick(square(-1, 1, 4, 2), 0.1, RED, label=8, closed=True)
    label = drawn.finish()[1]
    assert label[20, 30] == 8
    assert label[20, 40] == 0


def test_things_behind_the_camera_do_no_harm():
    drawn = canvas()
    drawn.face(square(-1, 0, -5, 2), RED, label=1)
    assert drawn.finish()[0].shape == (40, 80, 3)


def test_colours_stay_in_range_and_choices_are_spread():
    rng = np.random.default_rng(0)
    colours = np.array([vary(rng, (0, 128, 255), 40) for _ in range(200)])
    assert colours.min() >= 0
    assert colours.max() <= 255
    assert 10 < colours[:, 1].std() < 40
    assert shade((10, 20, 30), 0.5) == (5, 10, 15)
    assert {pick(rng, 'abc') for _ in range(50)} == set('abc')
