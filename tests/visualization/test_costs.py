import cv2
import numpy as np
import pytest

from mmseg_scr.visualization.costs import (
    OTHER_COLORS,
    PART_COLORS,
    CostPoint,
    plot_accuracy_cost,
    plot_cost_bars,
)

RED, BLUE = '#ff0000', '#0000ff'


def pixels(path, color):
    """Where a picture has exactly this colour."""
    rgb = tuple(int(color[i : i + 2], 16) for i in (1, 3, 5))
    return (cv2.imread(str(path))[..., ::-1] == rgb).all(axis=-1)


def test_bars_are_as_long_as_their_parts_cost(tmp_path):
    bars = {'a': {'first': 3.0, 'second': 1.0, 'third': 0.0}, 'b': {'first': 1.0, 'third': 2.0}}
    path = plot_cost_bars(tmp_path / 'new' / 'bars.png', {'one size': bars})
    longest = [
        max(len(np.flatnonzero(row)) for row in pixels(path, color)) for color in OTHER_COLORS[:3]
    ]
    assert longest[1] / longest[0] == pytest.approx(1 / 3, abs=0.01)
    assert longest[2] / longest[0] == pytest.approx(2 / 3, abs=0.01)


def test_each_size_has_its_own_scale(tmp_path):
    panels = {'large': {'a': {'p': 100.0}}, 'small': {'b': {'p': 1.0}}}
    drawn = pixels(plot_cost_bars(tmp_path / 'bars.png', panels), OTHER_COLORS[0])
    lengths = [len(np.flatnonzero(row)) for row in drawn]
    middle = len(lengths) // 2
    assert max(lengths[:middle]) == pytest.approx(max(lengths[middle:]), abs=2)


def test_a_part_has_its_colour_whatever_else_is_there(tmp_path):
    for number, bar in enumerate(({'fusion': 1.0}, {'new': 1.0, 'context': 1.0, 'fusion': 1.0})):
        path = plot_cost_bars(tmp_path / f'{number}.png', {'one size': {'a': bar}})
        assert pixels(path, PART_COLORS['fusion']).sum() > 1000


def test_bars_without_a_model_are_an_error(tmp_path):
    with pytest.raises(ValueError, match='at least one model'):
        plot_cost_bars(tmp_path / 'bars.png', {})


def points_of(group):
    return [CostPoint('p', 10.0, 50.0, group), CostPoint('q', 40.0, 60.0, group, multi_scale=True)]


def test_multi_scale_points_have_another_shape(tmp_path):
    single = [CostPoint('', 10.0, 50.0, 'red'), CostPoint('', 20.0, 60.0, 'blue')]
    multi = [CostPoint('', 10.0, 50.0, 'red', multi_scale=True), single[1]]
    colors = {'red': RED, 'blue': BLUE}
    areas = []
    for points in (single, multi):
        path = plot_accuracy_cost(tmp_path / 'points.png', {'data': points}, colors)
        areas.append([pixels(path, color).sum() for color in (RED, BLUE)])
    assert areas[1][0] > areas[0][0]  # a square is larger than its circle
    assert areas[1][1] == areas[0][1]


def test_every_panel_shows_its_points(tmp_path):
    panels = {'one': points_of('red'), 'two': points_of('blue'), 'three': points_of('red')}
    path = plot_accuracy_cost(
        tmp_path / 'p.png', panels, {'red': RED, 'blue': BLUE, 'no': '#00ff00'}
    )
    red, blue, unused = (pixels(path, color) for color in (RED, BLUE, '#00ff00'))
    height, width = red.shape
    assert red[: height // 2].any()
    assert blue[height // 2 :, : width // 2].any()
    assert red[height // 2 : int(0.9 * height), width // 2 :].any()
    assert not unused.any()


def test_accuracy_without_a_panel_is_an_error(tmp_path):
    with pytest.raises(ValueError, match='at least one panel'):
        plot_accuracy_cost(tmp_path / 'p.png', {}, {})
