import numpy as np
import pytest
from builders.figures import NARROW, WIDE, fits, pixels

from mmseg_scr.visualization import draw_error_bars
from mmseg_scr.visualization.palette import BLUE, ORANGE

SHARES = {'a': [20.0, 0, 10.0, 0, 0, 0], 'b': [10.0, 5, 0, 5, 2, 8]}


def bars(figure, row):
    patches = [p for p in figure.axes[0].patches if round(p.get_y() + p.get_height() / 2) == row]
    return [(p.get_x(), p.get_width(), bool(p.get_hatch())) for p in patches]


def test_kinds_are_stacked_in_their_order_false_negatives_hatched():
    figure = draw_error_bars(SHARES)
    starts, widths, hatched = zip(*bars(figure, 1), strict=True)
    assert list(widths) == SHARES['b']
    assert list(starts) == [0, 10, 15, 15, 20, 22]
    assert list(hatched) == [False, True] * 3


def test_a_bar_is_as_long_on_the_page_as_its_share():
    figure = draw_error_bars({'a': SHARES['a']})
    rows = slice(0, int(0.4 * figure.bbox.height))  # above the legend
    lengths = [pixels(figure, color)[rows].any(axis=0).sum() for color in (BLUE, ORANGE)]
    assert lengths[0] / lengths[1] == pytest.approx(2, abs=0.1)


def test_numbers_stand_in_wide_parts_and_the_sum_at_the_end():
    figure = draw_error_bars({'a': [20.0, 0.1, 10.0, 0, 0, 0]})
    assert [text.get_text() for text in figure.axes[0].texts] == ['20.0', '10.0', '30.1']


@pytest.mark.parametrize('width', [NARROW, WIDE])
def test_it_stays_on_the_page(width):
    assert fits(draw_error_bars(SHARES, width=width))


def test_a_perfect_model_has_an_empty_bar():
    figure = draw_error_bars({'a': np.zeros(6)})
    assert [text.get_text() for text in figure.axes[0].texts] == ['0.0']


def test_other_than_six_shares_are_refused():
    with pytest.raises(ValueError, match="'a' needs 6 shares, got 2"):
        draw_error_bars({'a': [1, 2]})
    with pytest.raises(ValueError, match='at least one row'):
        draw_error_bars({})
