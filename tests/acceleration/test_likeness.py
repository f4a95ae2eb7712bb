import math

import pytest
import torch

from mmseg_scr.acceleration.likeness import Likeness, compare, largest_difference


def test_difference_is_a_share_of_the_largest_value_and_the_worst_of_all():
    small, large = torch.tensor([1.0, -2.0]), torch.tensor([10.0, 0.0])
    assert largest_difference([small, large], [small + 0.2, large + 0.1]) == pytest.approx(0.1)


def test_nan_is_no_likeness():
    one = torch.ones(1, 2, 2, 2)
    other = one.clone()
    other[0, 0, 0, 0] = math.nan
    for pair in [(one, other), (other, one)]:
        likeness = compare([pair[0]], [pair[1]])
        assert math.isnan(likeness.difference)
        assert not likeness.is_equal
        assert not likeness.agrees


def test_agreement_counts_pixels_of_one_class():
    one = torch.zeros(1, 3, 2, 2)
    one[:, 1] = 1
    other = one.clone()
    other[0, 2, 0, 0] = 2
    assert compare([one, one], [one, other]).agreement == 0.75


def test_of_one_channel_the_sign_is_the_class():
    one = torch.tensor([-1.0, 1.0, 1.0, 1.0]).view(1, 1, 2, 2)
    assert compare([one], [one - 1.5]).agreement == 0.25


def test_of_one_channel_the_threshold_of_the_head_can_be_another():
    probability = torch.tensor([0.2, 0.35, 0.4, 0.6]).view(1, 1, 2, 2)
    one, other = probability.logit(), (probability - 0.15).logit()
    assert compare([one], [other]).agreement == 0.75
    assert compare([one], [other], threshold=0.3).agreement == 0.5


def test_another_shape_is_refused_with_both():
    with pytest.raises(ValueError, match=r'\(1, 2\) instead of \(2, 1\)'):
        largest_difference([torch.zeros(2, 1)], [torch.zeros(1, 2)])


def test_equal_means_both_little_difference_and_the_same_classes():
    assert Likeness(1e-5, 1.0).is_equal
    assert not Likeness(1e-5, 0.9).is_equal
    assert not Likeness(1e-3, 1.0).is_equal
    assert Likeness(1e-2, 0.9995).agrees
