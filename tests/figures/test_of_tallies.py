import numpy as np
import pytest
from builders.label_pairs import IGNORE, NUM_CLASSES, golden_pairs

from mmseg_scr.figures import of_tallies
from mmseg_scr.figures.scenes import Scene
from mmseg_scr.figures.tallies import Tally

CLASSES = [f'class {i}' for i in range(NUM_CLASSES)]


def test_class_iou_shows_the_golden_values(tally):
    figure = of_tallies.class_iou(tally, CLASSES, width=7)
    axis = figure.axes[0]
    assert 'without class 5' in figure.get_supxlabel()
    names = [label.get_text() for label in axis.get_yticklabels()]
    values = dict(zip(names, axis.lines[0].get_xdata(), strict=True))
    assert values['class 1'] == pytest.approx(69.579288)
    assert values['mean of 5'] == pytest.approx(50.444974)


def test_trimap_shows_the_golden_values(tally):
    (axis,) = of_tallies.trimap(tally, CLASSES, width=3.5).axes
    values = axis.lines[0].get_ydata()
    assert list(values[:3]) == pytest.approx([39.478987, 49.444579, 55.954926])
    assert axis.lines[1].get_ydata()[1] == pytest.approx(50.444974)


def test_error_kinds_shows_the_golden_shares(tally):
    (axis,) = of_tallies.error_kinds(tally, CLASSES, width=7).axes
    widths = [patch.get_width() for patch in axis.patches[:6]]
    golden = [11.870355, 12.738295, 0.403656, 2.757577, 21.451532, 0.333611]  # width 3
    assert widths == pytest.approx(golden, abs=1e-5)


def test_class_pairs_are_percent_of_the_true_class(tally):
    (axis,) = of_tallies.class_pairs(tally, CLASSES, width=7).axes
    names = [label.get_text() for label in axis.get_yticklabels()]
    row = names.index('class 1 as class 2')
    net = axis.lines[0].get_xdata()[row]
    assert net == pytest.approx(100 * -23 / (98 + 1075 + 74 + 49))
    assert axis.patches[row].get_width() == 0  # cured
    assert axis.patches[len(names) + row].get_width() == pytest.approx(-100 * 26 / 1296)


def test_models_that_agree_everywhere_have_no_pair():
    label, prediction = golden_pairs()[0]
    same = Tally(NUM_CLASSES, IGNORE, frozenset(('changes',)))
    image = np.zeros((*label.shape, 3), np.uint8)
    same.add(Scene('golden', image, label, {'a': prediction, 'b': prediction}))
    with pytest.raises(ValueError, match='a and b predict the same'):
        of_tallies.class_pairs(same, CLASSES, width=7)
