import numpy as np
import pytest
from mmengine.logging import MMLogger

from mmseg_scr.metrics.class_table import classes_in_mean, means, percent, print_by_class

NAN = float('nan')


def test_means_are_of_the_classes_that_have_a_value_in_percent():
    columns = {'IoU': np.array([0.5, NAN, 0.25]), 'Acc': np.array([1.0, 0.0, NAN])}
    assert means(columns) == {'mIoU': 37.5, 'mAcc': 50.0}


def test_percent_has_two_digits_and_keeps_what_is_no_number():
    assert percent(0.123456) == 12.35
    assert np.isnan(percent(NAN))


@pytest.mark.parametrize(
    ('columns', 'text'),
    [
        ({'A': [0.1, 0.2], 'B': [0.3, 0.4]}, 'classes in the mean: 2'),
        ({'A': [0.1, 0.2], 'B': [0.3, NAN], 'C': [NAN, 1]}, 'classes in the mean: 2; 1 of B, C'),
        ({'A': [NAN], 'B': [0.3]}, 'classes in the mean: 1; 0 of A'),
        ({}, 'classes in the mean: 0'),
    ],
)
def test_columns_with_fewer_classes_are_named(columns, text):
    assert classes_in_mean({name: np.array(values) for name, values in columns.items()}) == text


def test_table_has_a_row_a_class_between_title_and_notes(monkeypatch):
    logged = []
    logger = MMLogger.get_instance('class_table')
    monkeypatch.setattr(logger, 'log', lambda level, message: logged.append(message))
    columns = {'IoU': np.array([0.12345, NAN])}
    print_by_class('per class results', ['road', 'pole'], columns, notes=['w3: 7 pixels'])
    title, table = logged
    rows = [[cell.strip() for cell in line.split('|')[1:-1]] for line in table.splitlines()]
    assert title == 'per class results:'
    assert [row for row in rows if row] == [['Class', 'IoU'], ['road', '12.34'], ['pole', 'nan']]
    assert table.splitlines()[-1] == 'w3: 7 pixels'
