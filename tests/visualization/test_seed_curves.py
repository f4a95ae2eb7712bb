import pytest
from builders.figures import NARROW, WIDE, fits, picture_of

from mmseg_scr.visualization import draw_seed_curves

STEPS = [0, 100, 200]


def test_the_line_is_the_mean_and_the_band_reaches_from_lowest_to_highest():
    runs = [(STEPS, [10.0, 20.0, 30.0]), (STEPS, [14.0, 20.0, 36.0])]
    (axis,) = draw_seed_curves({'mIoU': {'ours': runs}}).axes
    assert axis.lines[0].get_ydata().tolist() == [12.0, 20.0, 33.0]
    edge = axis.collections[0].get_paths()[0].vertices
    at_end = edge[edge[:, 0] == 200][:, 1]
    assert (at_end.min(), at_end.max()) == (30.0, 36.0)


def test_the_band_has_its_width_on_the_page():
    """Of two seeds ten and twenty apart, the second band is twice as high in pixels."""
    runs = {
        'narrow': [(STEPS, [10.0] * 3), (STEPS, [20.0] * 3)],
        'wide': [(STEPS, [40.0] * 3), (STEPS, [60.0] * 3)],
    }
    figure = draw_seed_curves({'mIoU': runs})
    (axis,) = figure.axes
    column = picture_of(figure)[:, int(axis.transData.transform((50, 0))[0])]
    rows = [
        len(column) - axis.transData.transform([(50, low), (50, high)])[:, 1]
        for low, high in ((10, 20), (40, 60))
    ]
    for bottom, top in rows:
        inside = column[round(top) + 2 : round(bottom) - 1]
        assert (inside.min(axis=1) < 250).all()
        assert (column[[round(top) - 3, round(bottom) + 3]] > 200).all()  # paper or a grid line
    (b0, t0), (b1, t1) = rows
    assert (b1 - t1) / (b0 - t0) == pytest.approx(2, abs=0.01)


def test_only_iterations_that_all_seeds_have_are_drawn():
    runs = [(STEPS, [1.0, 2.0, 3.0]), ([0, 200, 300], [3.0, 5.0, 9.0])]
    (axis,) = draw_seed_curves({'loss': {'ours': runs}}).axes
    assert axis.lines[0].get_xdata().tolist() == [0, 200]
    assert axis.lines[0].get_ydata().tolist() == [2.0, 4.0]


def test_a_method_has_one_look_in_all_panels_and_the_legend_says_how_many_seeds():
    one, two = [(STEPS, [1.0, 2.0, 3.0])], [(STEPS, [1.0, 2.0, 3.0])] * 2
    figure = draw_seed_curves({'loss': {'a': one, 'b': two}, 'mIoU': {'b': two}})
    loss, miou = figure.axes
    assert loss.lines[1].get_color() == miou.lines[0].get_color()
    assert [text.get_text() for text in figure.legends[0].get_texts()] == [
        'a (1 seed)',
        'b (2 seeds)',
    ]


@pytest.mark.parametrize('width', [NARROW, WIDE])
def test_it_stays_on_the_page(width):
    runs = [(STEPS, [1.0, 2.0, 3.0])]
    metrics = {name: {f'method {i}': runs for i in range(4)} for name in ('loss', 'mIoU')}
    assert fits(draw_seed_curves(metrics, width=width))


def test_nothing_and_seeds_without_a_common_iteration_are_refused():
    with pytest.raises(ValueError, match='need a method'):
        draw_seed_curves({'loss': {}})
    with pytest.raises(ValueError, match='loss of a have no iteration in common'):
        draw_seed_curves({'loss': {'a': [([1], [1.0]), ([2], [1.0])]}})
