import pytest
import torch
from torch import nn

from mmseg_scr.decoders.classified import Classified, check_graph, only_map


def classified(features_learn, plain_learns):
    features = torch.zeros(1, requires_grad=features_learn)
    plain = torch.zeros(1, requires_grad=plain_learns)
    return Classified(features, plain, plain, features)


@pytest.mark.parametrize('count', [0, 2])
def test_a_head_that_does_not_classify_one_map_is_refused(count):
    with pytest.raises(TypeError, match=f'NoHead classified {count} maps in one forward'):
        only_map([classified(True, True)] * count, 'NoHead')


def test_the_single_map_is_returned():
    one = classified(True, True)
    assert only_map([one], 'FCNHead') is one


LEARNING, FROZEN = [nn.Parameter(torch.zeros(1))], [torch.zeros(1)]


@pytest.mark.parametrize(
    ('found', 'before', 'after'),
    [((False, True), LEARNING, FROZEN), ((True, False), FROZEN, LEARNING)],
)
def test_missing_graph_is_refused_unless_no_gradient_is_wanted(found, before, after):
    with pytest.raises(RuntimeError, match=r'that FCNHead classified.*use_reentrant=False'):
        check_graph(classified(*found), before, after, 'FCNHead')
    with torch.no_grad():
        check_graph(classified(*found), before, after, 'FCNHead')


@pytest.mark.parametrize(
    ('found', 'before', 'after'),
    [
        ((True, True), LEARNING, LEARNING),
        ((False, True), FROZEN, LEARNING),
        ((False, False), FROZEN, FROZEN),
    ],
)
def test_frozen_parameters_need_no_graph(found, before, after):
    check_graph(classified(*found), before, after, 'FCNHead')
