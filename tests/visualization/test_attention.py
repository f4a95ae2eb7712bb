import numpy as np
import pytest
from builders.figures import NARROW, WIDE, fits, pixels

from mmseg_scr.visualization import draw_attention
from mmseg_scr.visualization.palette import YELLOW

IMAGE = np.zeros((40, 80, 3), np.uint8)


def weights():
    weights = np.full((2, 4), 0.1)
    weights[1, 3] = 0.3
    return weights


def test_weights_are_multiples_of_the_average_and_cover_the_image():
    figure = draw_attention(IMAGE, (60, 10), {'of this pixel': weights()})
    shown = figure.axes[1].images[0]
    np.testing.assert_allclose(shown.get_array(), 8 * weights())
    assert shown.get_extent() == [-0.5, 79.5, 39.5, -0.5]
    assert figure.axes[1].get_title() == 'of this pixel'


def test_the_chosen_pixel_is_marked_in_every_panel_and_no_other():
    figure = draw_attention(IMAGE, (60, 10), {'of this pixel': weights()})
    for axis in figure.axes[:2]:
        assert {tuple(map(float, line.get_xydata()[0])) for line in axis.lines} == {(60.0, 10.0)}
    marks = pixels(figure, YELLOW)
    box = figure.axes[0].get_window_extent()
    (center,) = figure.axes[0].transData.transform([(60, 10)])
    rows, columns = np.nonzero(marks[:, : int(box.x1)])
    assert columns.mean() == pytest.approx(center[0], abs=2)
    assert len(marks) - rows.mean() == pytest.approx(center[1], abs=2)


@pytest.mark.parametrize('width', [NARROW, WIDE])
def test_it_stays_on_the_page(width):
    maps = {'of this pixel': weights(), 'shared by all pixels': weights()}
    assert fits(draw_attention(IMAGE, (0, 0), maps, width=width))


def test_a_pixel_outside_and_no_map_are_refused():
    with pytest.raises(ValueError, match=r'80 x 40 pixels .* \(80, 0\)'):
        draw_attention(IMAGE, (80, 0), {'of this pixel': weights()})
    with pytest.raises(ValueError, match='needs a map'):
        draw_attention(IMAGE, (0, 0), {})
