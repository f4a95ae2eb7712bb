import pytest
import torch
from torch import nn

from mmseg_scr.decoders.classified import Classified, check_graph, only_map


def classified(*learn):
    features, plain, logits = (torch.zeros(1, requires_grad=each) for each in learn)
    return Classified(features, plain, logits, features)


@pytest.mark.parametrize('count', [0, 2])
def test_a_head_that_does_not_classify_one_map_is_refused(count):
    with pytest.raises(TypeError, match=f'NoHead classified {count} maps in one forward'):
        only_map([classified(True, True, True)] * count, 'NoHead')


def test_the_single_map_is_returned():
    one = classified(True, True, True)
    assert only_map([one], 'FCNHead') is one


LEARNING, FROZEN = [nn.Parameter(torch.zeros(1))], [torch.zeros(1)]


def check(found, before, convolution, terms):
    parts = dict(before=before, convolution=convolution, terms=terms)
    check_graph(classified(*found), **parts, head='FCNHead')


@pytest.mark.parametrize(
    ('found', 'before', 'convolution', 'terms'),
    [
        ((False, True, True), LEARNING, FROZEN, FROZEN),
        ((True, False, True), FROZEN, LEARNING, FROZEN),
        ((True, True, False), FROZEN, FROZEN, LEARNING),
    ],
)
def test_missing_graph_is_refused_unless_no_gradient_is_wanted(found, before, convolution, terms):
    with pytest.raises(RuntimeError, match=r'that FCNHead classified.*use_reentrant=False'):
        check(found, before, convolution, terms)
    with torch.no_grad():
        check(found, before, convolution, terms)


@pytest.mark.parametrize(
    ('found', 'before', 'convolution', 'terms'),
    [
        ((True, True, True), LEARNING, LEARNING, LEARNING),
        ((False, True, True), FROZEN, LEARNING, LEARNING),
        ((False, False, True), FROZEN, FROZEN, LEARNING),  # the classifier alone learns
        ((False, False, False), FROZEN, FROZEN, FROZEN),
    ],
)
def test_frozen_parameters_need_no_graph(found, before, convolution, terms):
    check(found, before, convolution, terms)
