import math

import pytest

from mmseg_scr.metrics.widths import check_width, check_widths, in_pixels


@pytest.mark.parametrize(
    ('share', 'shape', 'pixels'),
    [
        (0.005, (1024, 2048), 11),
        (0.02, (1024, 2048), 46),
        (0.01, (360, 480), 6),
        (0.01, (24, 32), 1),
        (0.5, (3, 4), 2),  # 2.5, to the even neighbour
    ],
)
def test_share_is_rounded_and_at_least_one_pixel(share, shape, pixels):
    assert in_pixels(share, shape) == pixels


def test_share_of_a_tolerance_is_rounded_up():
    assert in_pixels(0.0005, (1024, 2048), rounding=math.ceil) == 2


def test_pixels_are_the_same_for_every_size():
    assert in_pixels(3, (5, 5)) == in_pixels(3, (1024, 2048)) == 3


@pytest.mark.parametrize('width', [0, -1, 1.0, 2.5, 0.0, True, '3', None, float('nan')])
def test_what_is_no_width_is_refused_by_name(width):
    with pytest.raises(ValueError, match='contour_width must be whole pixels from 1'):
        check_width('contour_width', width)


@pytest.mark.parametrize('widths', [3, '35', [3, 3], [1, 0]])
def test_what_is_no_list_of_widths_is_refused_by_name(widths):
    with pytest.raises(ValueError, match='widths must'):
        check_widths('widths', widths)
