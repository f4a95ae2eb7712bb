import pytest
from builders.figures import NARROW, WIDE, fits

from mmseg_scr.visualization import draw_trimap

BANDS = {'a': [30.0, 50.0], 'b': [35.0, 52.0]}


def test_lines_have_the_values_at_their_reaches_and_end_at_all_pixels():
    figure = draw_trimap(BANDS, [1, 5], whole={'a': 60.0, 'b': 61.0}, shares=[10.2, 40.0])
    (axis,) = figure.axes
    lines = [(line.get_xdata(), line.get_ydata()) for line in axis.lines]
    assert [[*map(list, line)] for line in lines[::2]] == [[[0, 1], v] for v in BANDS.values()]
    assert [list(y) for _, y in lines[1::2]] == [[50.0, 60.0], [52.0, 61.0]]
    names = [label.get_text() for label in axis.get_xticklabels()]
    assert names == ['1\n10 %', '5\n40 %', 'all\npixels']
    assert [text.get_text() for text in axis.get_legend().get_texts()] == ['a', 'b']


def test_the_legend_names_a_model_whose_title_begins_with_an_underscore():
    (axis,) = draw_trimap({'_a': [30.0], 'b': [35.0]}, [1]).axes
    assert [text.get_text() for text in axis.get_legend().get_texts()] == ['_a', 'b']


@pytest.mark.parametrize('width', [NARROW, WIDE])
def test_it_stays_on_the_page(width):
    assert fits(draw_trimap(BANDS, [1, 5], width=width))


def test_values_that_do_not_match_the_reaches_are_refused():
    with pytest.raises(ValueError, match="'a' has 2 values for 3 reaches"):
        draw_trimap(BANDS, [1, 2, 3])
    with pytest.raises(ValueError, match='needs a model and a reach'):
        draw_trimap({}, [1])
