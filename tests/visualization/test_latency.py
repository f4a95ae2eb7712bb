import pytest

from mmseg_scr.visualization import LatencyPoint, draw_latency

POINTS = [
    LatencyPoint('SCR-L', 900.0, 83.8),
    LatencyPoint('SCR-S', 200.0, 82.5),
    LatencyPoint('SegNeXt-S', 210.0, 81.3),
]


def test_points_of_a_family_are_joined_by_latency_and_named():
    (axis,) = draw_latency(POINTS, size='1024x2048').axes
    assert [list(line.get_xdata()) for line in axis.lines] == [[200.0, 900.0], [210.0]]
    assert {text.get_text() for text in axis.texts} == {'SCR-L', 'SCR-S', 'SegNeXt-S'}


def test_axes_say_what_was_measured_and_what_was_published():
    (axis,) = draw_latency(POINTS, size='1024x2048').axes
    assert axis.get_xlabel() == 'ms for one image of 1024x2048, measured'
    assert 'published' in axis.get_ylabel()


def test_no_point_is_refused():
    with pytest.raises(ValueError, match='at least one point'):
        draw_latency([], size='8x8')
