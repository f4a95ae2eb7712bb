import pytest
import torch
from mmseg.registry import MODELS

from mmseg_scr import classifiers
from mmseg_scr.classifiers import EntropyDistillationLoss
from mmseg_scr.ops.distillation import entropy_distillation


def _inputs():
    student, teacher = torch.randn(2, 2, 3, 4, 5).unbind()
    return student, teacher, torch.randint(3, (2, 4, 5))


def test_is_its_weight_times_the_function():
    inputs = _inputs()
    loss = EntropyDistillationLoss(ignore_index=1, smoothness=0.25, loss_weight=0.4)
    expected = 0.4 * entropy_distillation(*inputs, ignore_index=1, smoothness=0.25)
    assert expected > 0
    torch.testing.assert_close(loss(*inputs), expected)


def test_default_is_half_teacher_half_label_at_weight_one():
    inputs = _inputs()
    expected = entropy_distillation(*inputs, ignore_index=255, smoothness=0.5)
    torch.testing.assert_close(EntropyDistillationLoss(ignore_index=255)(*inputs), expected)


def test_is_found_by_name_and_is_no_choice_of_the_classifier_slot():
    assert MODELS.get('EntropyDistillationLoss') is EntropyDistillationLoss
    assert 'EntropyDistillationLoss' not in classifiers.__all__


@pytest.mark.parametrize('smoothness', [-0.1, 1.5])
def test_smoothness_that_is_no_share_is_refused(smoothness):
    with pytest.raises(ValueError, match=f'smoothness must be between 0 and 1, got {smoothness}'):
        EntropyDistillationLoss(ignore_index=255, smoothness=smoothness)
