import pytest
import torch
from torch import nn

from mmseg_scr.probes.anchors import anchor_statistics, drawn_anchors
from mmseg_scr.probes.inside import Anchors


class Term(nn.Module):
    num_classes, ignore_index, max_samples, max_views = 3, 255, 64, 4


def logits_of(predictions):
    return nn.functional.one_hot(predictions, 3).permute(0, 3, 1, 2).float()


def test_hard_share_and_positives_are_counted():
    label = torch.tensor([0, 0, 0, 1])
    predicted = torch.tensor([0, 1, 1, 1])
    anchors = Anchors(torch.zeros(4), torch.zeros(4), label, predicted, (2, 2))
    statistics = anchor_statistics(anchors)
    assert statistics == {'anchors': 4.0, 'hard_share': 0.5, 'positives': pytest.approx(6 / 4)}


def test_half_of_the_anchors_are_hard_where_there_are_enough():
    labels = torch.zeros(1, 8, 8, dtype=torch.long)
    labels[:, :, 4:] = 1
    predictions = labels.clone()
    predictions[:, ::2] = 2
    anchors = drawn_anchors(Term(), logits_of(predictions), labels)
    assert len(anchors.label) == 8
    assert anchor_statistics(anchors) == {'anchors': 8.0, 'hard_share': 0.5, 'positives': 3.0}
    assert torch.equal(labels.flatten()[anchors.pixel], anchors.label)
    assert torch.equal(predictions.flatten()[anchors.pixel], anchors.predicted)


def test_no_anchors_are_no_error():
    labels = torch.full((1, 8, 8), 255)
    anchors = drawn_anchors(Term(), torch.randn(1, 3, 8, 8), labels)
    assert anchor_statistics(anchors) == {'anchors': 0.0}


def test_the_draw_repeats_and_leaves_the_global_generator():
    labels, logits = torch.randint(3, (2, 16, 16)), torch.randn(2, 3, 16, 16)
    state = torch.get_rng_state()
    first = drawn_anchors(Term(), logits, labels)
    assert torch.equal(first.pixel, drawn_anchors(Term(), logits, labels).pixel)
    assert torch.equal(torch.get_rng_state(), state)


def test_a_single_logit_is_compared_with_the_threshold_of_the_term():
    term = Term()
    term.threshold = 0.3
    labels = torch.ones(1, 8, 8, dtype=torch.long)
    logits = torch.full((1, 1, 8, 8), -0.5)  # sigmoid 0.38
    assert anchor_statistics(drawn_anchors(term, logits, labels))['hard_share'] == 0.0
    term.threshold = 0.5
    assert anchor_statistics(drawn_anchors(term, logits, labels))['hard_share'] == 1.0
