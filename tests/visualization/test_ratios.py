import pytest

from mmseg_scr.visualization import RatioBar, draw_ratios


def texts(axis):
    return [text.get_text() for text in axis.texts]


def test_bars_end_at_their_ratios_and_say_them():
    figure = draw_ratios({'t': [RatioBar('a', 0.5, 0.4, 0.6, 0.7), RatioBar('b', 1.25)]})
    (axis,) = figure.axes
    ends = [bar.get_x() + bar.get_width() for bar in axis.patches]
    assert ends == [0.5, 1.25]
    assert texts(axis) == ['0.500', '1.250']
    assert [label.get_text() for label in axis.get_yticklabels()] == ['a', 'b']


def test_interval_and_goal_are_inside_of_the_picture():
    figure = draw_ratios({'t': [RatioBar('a', 1.0, 0.2, 1.1, 3.0)]})
    low, high = figure.axes[0].get_xlim()
    assert low < 0.2
    assert high > 3.0


@pytest.mark.parametrize('panels', [{}, {'t': []}])
def test_no_bar_is_refused(panels):
    with pytest.raises(ValueError, match='a bar in every panel'):
        draw_ratios(panels)
