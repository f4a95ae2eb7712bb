import pytest
import torch
from torch import nn

from mmseg_scr.probes.last_head import classes_of, last_head, threshold_of


@pytest.mark.parametrize(('options', 'expected'), [(dict(threshold=0.3), 0.3), ({}, 0.5)])
def test_the_threshold_is_that_of_the_last_head(options, expected):
    cascade = nn.Module()
    cascade.decode_head = nn.ModuleList([head(threshold=0.9), head(**options)])
    assert threshold_of(cascade) == expected
    assert last_head(cascade) is cascade.decode_head[1]
    cascade.decode_head = head(**options)
    assert threshold_of(cascade) == expected


def head(**options):
    made = nn.Module()
    made.__dict__.update(options)
    return made


def test_classes_are_the_largest_logit_or_above_the_threshold():
    logits = torch.tensor([[0.0, 1.0], [2.0, -1.0]]).view(1, 2, 1, 2)
    assert classes_of(logits, 0.9).tolist() == [[[1, 0]]]
    single = torch.tensor([0.2, 0.4]).logit().view(1, 1, 1, 2)
    assert classes_of(single, 0.3).tolist() == [[[False, True]]]
    assert classes_of(single, 0.5).tolist() == [[[False, False]]]
