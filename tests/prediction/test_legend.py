import numpy as np

from mmseg_scr.prediction.legend import MARGIN, ROW, ROWS, draw_legend


def test_each_class_has_a_row_with_its_colour_and_a_name_beside_it():
    legend = draw_legend(['road', 'car'], [[200, 0, 0], [0, 0, 180]])
    middles = [MARGIN + ROW // 2, MARGIN + ROW + ROW // 2]
    assert [tuple(legend[y, MARGIN + 5]) for y in middles] == [(0, 0, 200), (180, 0, 0)]
    for y in middles:
        assert (legend[y - 8 : y + 8, 60:].min(-1) < 100).any()


def test_many_classes_make_columns():
    count = 2 * ROWS + 1
    legend = draw_legend(['x'] * count, [[9, 9, 9]] * count)
    assert legend.shape[0] == 2 * MARGIN + ROWS * ROW
    width = legend.shape[1] // 3
    last = legend[MARGIN + ROW // 2, 2 * width + MARGIN + 5]
    np.testing.assert_array_equal(last, [9, 9, 9])
