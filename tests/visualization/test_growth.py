import pytest

from mmseg_scr.visualization import draw_growth

TIMES = {'whole': {10**6: 5.0, 4 * 10**6: 21.0}, 'decoder': {10**6: 1.0, 4 * 10**6: 4.0}}


def test_a_line_a_curve_with_its_exponent_on_logarithmic_axes():
    (axis,) = draw_growth(TIMES, {'whole': 1.035}).axes
    assert (axis.get_xscale(), axis.get_yscale()) == ('log', 'log')
    labels = [text.get_text() for text in axis.get_legend().get_texts()]
    assert labels == ['whole (1.03)', 'decoder', 'slope 1']
    assert list(axis.lines[0].get_xdata()) == [1.0, 4.0]
    assert list(axis.lines[1].get_ydata()) == [1.0, 4.0]


def test_line_of_slope_one_grows_as_the_pixels():
    low, high = draw_growth(TIMES, {}).axes[0].lines[-1].get_ydata()
    assert high / low == 4


def test_no_curve_is_refused():
    with pytest.raises(ValueError, match='at least one curve'):
        draw_growth({}, {})
