from dataclasses import replace

import pytest
from builders.records import RECORD

from mmseg_scr.runs.numbers import numbers

STEPS = [*range(1, 21)]


def losses(**curves):
    return numbers(replace(RECORD, curves={k: [STEPS, v] for k, v in curves.items()}))


def test_figures_of_classes_have_the_class_in_their_name():
    metrics = {'mIoU': 50.0, 'IoU': {'road': 90.0, 'pole': None}}
    assert numbers(replace(RECORD, metrics=metrics)) == {'mIoU': 50.0, 'IoU/road': 90.0}


def test_last_losses_are_means_over_the_last_tenth():
    curve = [5.0] * 18 + [2.0, 1.0]
    found = losses(loss=curve, **{'decode.loss_ce': [v / 2 for v in curve]})
    assert found['first_loss'] == 5.0
    assert found['last_loss'] == 1.5
    assert found['last_loss_ce'] == 0.75


def test_cross_entropy_of_a_cascade_is_that_of_its_last_head():
    heads = {f'decode_{i}.loss_ce': [float(i)] * 20 for i in (0, 1)}
    found = losses(loss=[3.0] * 20, **{'aux.loss_ce': [9.0] * 20}, **heads)
    assert found['last_loss_ce'] == 1.0


@pytest.mark.parametrize('curves', [{}, {'acc_seg': [1.0] * 20}])
def test_a_run_that_logged_no_loss_has_none(curves):
    assert losses(**curves) == {'mIoU': 50.0}
