import pytest
import torch
from builders.classifier_inputs import (
    SIZE,
    batch,
    build,
    cross_entropy,
    golden_inputs,
    losses_of,
    terms_of,
)
from reference.context_aware import distillation_by_loops, estimated_by_loops, oracle_by_loops
from reference.labels import nearest_labels
from torch.nn import functional as F


def test_golden_numbers_of_the_losses():
    classifier, inputs, labels = golden_inputs()
    estimated = classifier(*inputs)

    def original(logits):
        logits = F.interpolate(logits, (16, 24), mode='bilinear', align_corners=True)
        return {'loss_ce': F.cross_entropy(logits, labels, ignore_index=255)}

    terms = terms_of(classifier, inputs, estimated, labels, original)
    assert {name: term.item() for name, term in terms.items()} == pytest.approx(
        {'loss_ce_plain': 1.4935116, 'loss_ce_oracle': 1.4482116, 'loss_distill': 1.3902100},
        abs=2e-6,
    )
    all_pixels = cross_entropy(labels)(estimated)['loss_ce'].item()
    assert all_pixels == pytest.approx(1.4080858, abs=2e-6)
    valid_share = (labels != 255).double().mean().item()
    assert all_pixels / valid_share == pytest.approx(1.4653254, abs=2e-6)


def test_golden_gradients_of_the_distillation():
    classifier, inputs, labels = golden_inputs()
    losses_of(classifier, inputs, labels)['loss_distill'].backward()
    features = inputs[0]
    assert features.grad.abs().sum().item() == pytest.approx(2.73496, abs=1e-5)
    hidden = classifier.projector.hidden.weight
    assert hidden.grad.abs().sum().item() == pytest.approx(0.63831, abs=1e-5)
    assert all(p.grad is None for p in classifier.oracle_projector.parameters())


def test_terms_equal_the_loops():
    classifier, (inputs, labels) = build().double(), batch(dtype=torch.float64)
    features, logits, weight = inputs
    terms = losses_of(classifier, inputs, labels)
    small = nearest_labels(labels, SIZE)
    student = estimated_by_loops(*inputs, classifier.projector, 15.0)
    teacher = oracle_by_loops(features, small, weight, classifier.oracle_projector, 15.0, 255)
    supervise = cross_entropy(labels)
    expected = {
        'loss_ce_plain': supervise(logits)['loss_ce'],
        'loss_ce_oracle': supervise(teacher)['loss_ce'],
        'loss_distill': distillation_by_loops(student, teacher, small, 255),
    }
    assert list(terms) == list(expected)
    for name, value in expected.items():
        torch.testing.assert_close(terms[name], value, rtol=1e-6, atol=1e-6)


def test_factors_multiply_their_terms_and_every_loss_of_the_head_is_kept():
    classifier, (inputs, labels) = build(plain_weight=0.4, oracle_weight=0.5), batch()

    def two_losses(logits):
        return {'loss_a': logits.sum(), 'loss_b': logits.square().sum(), 'acc_seg': logits.max()}

    terms = terms_of(classifier, inputs, classifier(*inputs), labels, two_losses)
    assert set(terms) == {
        *('loss_a_plain', 'loss_b_plain', 'loss_a_oracle', 'loss_b_oracle', 'loss_distill'),
    }
    oracle = classifier.oracle_logits(inputs[0], inputs[2], nearest_labels(labels, SIZE))
    torch.testing.assert_close(terms['loss_a_plain'], 0.4 * inputs[1].sum())
    torch.testing.assert_close(terms['loss_b_oracle'], 0.5 * oracle.square().sum())


NO_ORACLE = dict(oracle_weight=0, distillation=None)


@pytest.mark.parametrize(
    ('options', 'names'),
    [
        ({}, ['loss_ce_plain', 'loss_ce_oracle', 'loss_distill']),
        (dict(plain_weight=0), ['loss_ce_oracle', 'loss_distill']),
        (dict(distillation=None), ['loss_ce_plain', 'loss_ce_oracle']),
        (NO_ORACLE, ['loss_ce_plain']),
        (dict(plain_weight=0, **NO_ORACLE), []),
    ],
)
def test_terms_left_out_leave_no_parameter_without_a_gradient(options, names):
    classifier, (inputs, labels) = build(**options), batch()
    estimated = classifier(*inputs)
    supervise = cross_entropy(labels)
    terms = terms_of(classifier, inputs, estimated, labels, supervise)
    assert list(terms) == names
    (supervise(estimated)['loss_ce'] + sum(terms.values())).backward()
    silent = [name for name, p in classifier.named_parameters() if p.grad is None]
    silent += [name for name, p in classifier.named_parameters() if not p.grad.any()]
    assert silent == []
    assert all(t.grad.any() for t in inputs)


def test_all_ignored_is_finite_and_distills_nothing():
    classifier, (inputs, labels) = build(), batch()
    terms = losses_of(classifier, inputs, torch.full_like(labels, 255))
    sum(terms.values()).backward()
    assert [term.item() for term in terms.values()] == [0, 0, 0]
    assert all(p.grad.isfinite().all() for p in (*inputs, *classifier.parameters()))


@pytest.mark.parametrize('channels', [1, 5])
def test_a_single_class_is_finite(channels):
    classifier, (inputs, labels) = build(channels, 1), batch(channels=channels, classes=1)
    terms = losses_of(classifier, inputs, labels)
    sum(terms.values()).backward()
    assert all(term.item() == 0 for term in terms.values())
    assert all(p.grad.isfinite().all() for p in (*inputs, *classifier.parameters()))
