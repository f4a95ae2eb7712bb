import numpy as np

from mmseg_scr.figures import NamedModel, NamedRun
from mmseg_scr.reports.image_pass import PassResult
from mmseg_scr.reports.of_costs import costs, speed
from mmseg_scr.reports.subjects import Subject


def subject_of(model, seconds=(0.1, 0.2, 0.4)):
    runs = (NamedRun(None, 'a.pth'),)
    result = PassResult(names=['a', 'b', 'c'], seconds=np.array(seconds))
    return Subject(NamedModel(runs), model, [result])


def test_costs_are_of_the_image_that_the_model_is_given(load):
    small, large = subject_of(load('small')), subject_of(load('large', scale=(112, 80)))
    totals, parts = costs([small, large]).blocks
    assert 'small 40x56, large 80x112' in totals.caption
    parameters = sum(p.numel() for p in small.model.network.parameters())
    first, second = totals.rows
    assert first[1].value == second[1].value == parameters / 1e6
    assert 3.5 < second[2].value / first[2].value < 4.5
    names = [row[0].text for row in parts.rows]
    assert 'backbone' in names
    assert all(len(row) == 3 for row in parts.rows)


def test_speed_is_the_median(load):
    (table,) = speed([subject_of(load())], 'cpu').blocks
    (row,) = table.rows
    assert [cell.text for cell in row] == ['theirs', '200.0', '120.0 to 360.0', '5.0']
    assert 'benchmark' in table.caption
