import numpy as np
import pytest
from builders.figures import NARROW, WIDE, fits, texts

from mmseg_scr.visualization import draw_class_iou

CLASSES = ['road', 'pole', 'sky']


def labels_of(figure):
    return [label.get_text() for label in figure.axes[0].get_yticklabels()]


def test_the_class_that_gained_most_is_on_top_and_the_mean_at_the_bottom():
    figure = draw_class_iou({'a': [80, 20, 50], 'b': [81, 19, 60]}, CLASSES)
    assert labels_of(figure) == ['sky', 'road', 'pole', 'mean of 3']
    assert texts(figure.axes[1]) == ['+10.0', '+1.0', '-1.0', '+3.3']
    low, high = figure.axes[0].get_ylim()
    assert low > high  # the first row is the topmost


def test_every_model_has_its_values_and_the_first_of_all_is_compared_with():
    figure = draw_class_iou({'a': [80, 20], 'b': [70, 25], 'c': [82, 24]}, CLASSES[:2])
    left, right = figure.axes
    values = [line.get_xdata().tolist() for line in left.lines]
    assert values == [[20, 80, 50], [25, 70, 47.5], [24, 82, 53]]  # pole gained most
    above = [line.get_xdata().tolist() for line in right.lines[:2]]
    assert above == [[5, -10, -2.5], [4, 2, 3]]


def test_a_class_that_a_model_lacks_is_named_and_in_no_mean():
    figure = draw_class_iou({'a': [80, np.nan, 50], 'b': [81, 19, 60]}, CLASSES)
    assert labels_of(figure) == ['sky', 'road', 'mean of 2']
    assert figure.get_supxlabel() == 'without pole'


@pytest.mark.parametrize('width', [NARROW, WIDE])
def test_many_absent_classes_stay_on_the_page(width):
    classes = [f'class {i}' for i in range(100)]
    values = [50.0, *[np.nan] * 99]
    figure = draw_class_iou({'a': values, 'b': values}, classes, width=width)
    assert fits(figure)
    assert figure.get_supxlabel().replace('\n', ' ').endswith('class 98, class 99')


def test_the_legend_names_a_model_whose_title_begins_with_an_underscore():
    figure = draw_class_iou({'_a': [80, 20, 50], 'b': [81, 19, 60]}, CLASSES)
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ['_a', 'b']


@pytest.mark.parametrize('width', [NARROW, WIDE])
def test_long_names_and_many_models_stay_on_the_page(width):
    classes = [f'a rather long class {i}' for i in range(19)]
    ious = {f'model number {i}': np.linspace(5, 95, 19) + i for i in range(4)}
    assert fits(draw_class_iou(ious, classes, width=width))


def test_what_cannot_be_compared_is_refused():
    with pytest.raises(ValueError, match=r"two or more models, got \['a'\]"):
        draw_class_iou({'a': [1, 2, 3]}, CLASSES)
    with pytest.raises(ValueError, match="'b' has 2 values for 3 classes"):
        draw_class_iou({'a': [1, 2, 3], 'b': [1, 2]}, CLASSES)
    with pytest.raises(ValueError, match='no class that all'):
        draw_class_iou({'a': [np.nan] * 3, 'b': [1, 2, 3]}, CLASSES)
