import numpy as np
import pytest
from builders.figures import NARROW, WIDE, fits

from mmseg_scr.visualization import draw_channel_factors


def test_each_stage_has_its_histogram_and_its_median():
    stages = {'stage 1': np.array([0.12, 0.13, 0.52, 0.995]), 'stage 2': np.full(8, 0.5)}
    figure = draw_channel_factors(stages)
    first, second = figure.axes
    heights = {round(p.get_x(), 2): p.get_height() for p in first.patches if p.get_height()}
    assert heights == {0.1: 50.0, 0.5: 25.0, 0.95: 25.0}
    assert first.lines[0].get_xdata()[0] == pytest.approx(0.325)
    assert first.get_title() == 'stage 1: 4 channels\n25 % saturated'
    assert second.get_title() == 'stage 2: 8 channels\n0 % saturated'


@pytest.mark.parametrize(('width', 'rows'), [(NARROW, 2), (WIDE, 1)])
def test_four_stages_stay_on_the_page(width, rows):
    stages = {f'stage {i}': np.linspace(0, 1, 40) for i in range(4)}
    figure = draw_channel_factors(stages, width=width)
    assert fits(figure)
    assert len({round(axis.get_position().y0, 2) for axis in figure.axes}) == rows


def test_other_numbers_and_no_stage_are_refused():
    with pytest.raises(ValueError, match=r"'stage 1' must be .* in 0 to 1"):
        draw_channel_factors({'stage 1': np.array([1.2])})
    with pytest.raises(ValueError, match='at least one stage'):
        draw_channel_factors({})
