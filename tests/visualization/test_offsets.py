import numpy as np
import pytest
from builders.figures import NARROW, WIDE, fits, pixels

from mmseg_scr.visualization import draw_offsets
from mmseg_scr.visualization.direction_colors import ANCHORS
from mmseg_scr.visualization.offsets import ARROW_COLOR, arrows_of, window_entropy

IMAGE = np.full((64, 128, 3), 60, np.uint8)
SIZE = 16, 32
DIRECTIONS = {'right': (2.0, 0.0), 'down': (0.0, 2.0), 'left': (-2.0, 0.0), 'up': (0.0, -2.0)}


def uniform(x, y):
    return np.stack([np.full(SIZE, x), np.full(SIZE, y)])


def test_arrows_start_at_pixel_centres_and_are_as_long_as_the_offset_in_the_picture():
    starts, moves = arrows_of(uniform(1.5, -0.5), (64, 128), 1)
    assert len(starts) == 16 * 32
    assert starts[0].tolist() == [1.5, 1.5]  # the first pixel of the map covers four of the picture
    assert moves[0].tolist() == [6.0, -2.0]


@pytest.mark.parametrize('name', DIRECTIONS)
def test_an_arrow_of_a_known_shift_points_that_way_on_the_page(name):
    offset = np.zeros((2, 3, 3))
    offset[:, 1, 1] = np.array(DIRECTIONS[name]) / 4
    figure = draw_offsets(IMAGE, offset)
    figure.dpi = 300  # else a shaft is hardly a pixel wide
    ink = pixels(figure, ARROW_COLOR)
    assert ink.sum() > 20
    # What does not move is a dot; the dots lie evenly around the middle, where the arrow starts.
    box = figure.axes[0].get_window_extent()
    rows, columns = (places.mean() for places in np.nonzero(ink))
    moved = columns - (box.x0 + box.x1) / 2, rows - (len(ink) - (box.y0 + box.y1) / 2)
    along = np.dot(moved, np.sign(DIRECTIONS[name]))
    across = np.dot(moved, np.sign(DIRECTIONS[name])[::-1])
    assert along > 5
    assert abs(across) < 2


@pytest.mark.parametrize('name', DIRECTIONS)
def test_a_known_shift_has_the_colour_of_its_direction(name):
    figure = draw_offsets(IMAGE, uniform(*DIRECTIONS[name]))
    drawn = figure.axes[1].images[0].get_array()
    assert drawn[0, 0].tolist() == ANCHORS[[*DIRECTIONS].index(name)].tolist()


def test_own_and_refined_offsets_have_one_magnification_and_one_scale_of_colours():
    figure = draw_offsets(
        IMAGE, uniform(1, 0), own=uniform(2, 0), weights=np.full((9, *SIZE), 1 / 9)
    )
    own, refined = (axis.collections[0] for axis in figure.axes[:2])
    assert own.U[0] == pytest.approx(2 * refined.U[0])
    colors = [axis.images[0].get_array()[0, 0].tolist() for axis in figure.axes[2:4]]
    assert colors[0] == ANCHORS[0].tolist()
    assert colors[1] != colors[0]
    assert figure.axes[2].get_title() == 'mean 2.00 px, longest 2.00 px'
    assert 'rim: 2 px or more' in [text.get_text() for text in figure.axes[5].texts]


def test_entropy_is_one_for_an_average_and_zero_for_one_neighbour():
    weights = np.zeros((9, 1, 2))
    weights[:, 0, 0] = 1 / 9
    weights[4, 0, 1] = 1
    np.testing.assert_allclose(window_entropy(weights), [[1, 0]], atol=1e-12)


def test_without_weights_there_is_no_entropy_and_without_motion_no_error():
    figure = draw_offsets(IMAGE, uniform(0, 0))
    assert not any('entropy' in axis.get_title() for axis in figure.axes)


@pytest.mark.parametrize('width', [NARROW, WIDE])
def test_it_stays_on_the_page(width):
    weights = np.full((9, *SIZE), 1 / 9)
    assert fits(draw_offsets(IMAGE, uniform(1, 0), own=uniform(2, 0), weights=weights, width=width))
