import numpy as np
import pytest

from mmseg_scr.visualization.direction_colors import ANCHORS, STILL, color_wheel, direction_colors

LUMINANCE = [0.2126, 0.7152, 0.0722]


def color(x, y, longest=1.0):
    return direction_colors(np.array([[[x]], [[y]]], float), longest)[0, 0].tolist()


@pytest.mark.parametrize(('x', 'y', 'anchor'), [(1, 0, 0), (0, 1, 1), (-1, 0, 2), (0, -1, 3)])
def test_each_direction_has_its_colour(x, y, anchor):
    assert color(x, y) == ANCHORS[anchor].tolist()
    assert color(3 * x, 3 * y) == ANCHORS[anchor].tolist()  # longer than the longest


def test_what_stays_is_grey_and_half_the_length_is_half_the_colour():
    assert color(0, 0) == STILL.tolist()
    assert color(1, 0, longest=2.0) == np.rint((STILL + ANCHORS[0]) / 2).tolist()
    assert color(0, 0, longest=0.0) == STILL.tolist()


def test_up_is_light_and_down_dark_left_blue_and_right_yellow():
    up, still, down = (np.dot(c, LUMINANCE) for c in (color(0, -1), STILL, color(0, 1)))
    assert up > still + 50
    assert down < still - 50
    left, right = color(-1, 0), color(1, 0)
    assert left[2] - left[0] > 150
    assert right[0] - right[2] > 150


def test_the_wheel_shows_the_directions_as_they_are_drawn():
    wheel = color_wheel(101)
    assert wheel[50, 100, :3].tolist() == ANCHORS[0].tolist()
    assert wheel[100, 50, :3].tolist() == ANCHORS[1].tolist()
    assert wheel[50, 50, :3].tolist() == STILL.tolist()
    assert (wheel[0, 0, 3], wheel[50, 50, 3]) == (0, 255)
