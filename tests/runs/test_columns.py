from dataclasses import replace

import pytest
from builders.records import RECORD

from mmseg_scr.runs.columns import choose_columns

BANDS = {f'boundary/mIoU_{kind}{w}': 1.0 for w in (1, 10, 3) for kind in ('w', 'interior_w')}
RICH = replace(
    RECORD,
    metrics={**BANDS, 'boundary/mBIoU': 1.0, 'error/mFP_extent': 1.0, 'error/mIoU': 1.0}
    | {'mIoU': 50.0, 'mAcc': 60.0, 'image/mIoU_I': 1.0, 'IoU': {'road': 90.0, 'pole': None}},
    curves={'loss': [[1], [2.0]], 'decode.loss_ce': [[1], [1.0]]},
)


def test_each_question_has_a_table():
    main, boundary, errors, classes = choose_columns([RICH])
    assert main.metrics == (
        *('mIoU', 'boundary/mIoU_w1', 'boundary/mIoU_interior_w1'),
        *('boundary/mIoU_w3', 'boundary/mIoU_interior_w3', 'last_loss_ce', 'last_loss'),
    )
    assert main.is_main
    assert {*boundary.metrics} == {*BANDS, 'boundary/mBIoU'}
    assert errors.metrics == ('error/mFP_extent',)
    assert (classes.metrics, classes.classes) == (('IoU/road',), True)


def test_tables_that_would_be_empty_are_left_out():
    assert [choice.name for choice in choose_columns([RECORD])] == ['table']


def test_without_the_score_all_means_are_shown():
    (main,) = choose_columns([replace(RECORD, metrics={'mFscore': 1.0, 'aAcc': 2.0, 'mAcc': 3.0})])
    assert main.metrics == ('mFscore', 'mAcc')


def test_named_metrics_are_the_only_table():
    (main,) = choose_columns([RICH], ['IoU/road', 'mAcc'])
    assert (main.metrics, main.is_main) == (('IoU/road', 'mAcc'), True)


def test_unknown_metric_is_named_with_the_choice():
    with pytest.raises(ValueError, match="no record has 'mIou', only mIoU"):
        choose_columns([RECORD], ['mIou'])
