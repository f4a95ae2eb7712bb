"""What users do to a model while it trains, with every decode head of ours and with our slots."""

import copy
import pickle
from functools import partial

import pytest
import torch
from builders.gpu_autocast import NEEDS_RECENT_TORCH, gpu_autocast
from builders.stock_heads import CLASSES
from builders.training_heads import (
    EVERY_HEAD,
    IMAGE,
    SLOTTED,
    build_training_head,
    forward_inputs,
    samples_of,
)
from mmseg.models.decode_heads import decode_head
from torch.utils.checkpoint import checkpoint

LIGHT = dict(aligner=dict(type='Bilinear'), context=dict(type='LastStage'))
LIGHTER = {'SCRHead': LIGHT, 'ContextAwareHead(SCRHead)': LIGHT, 'AlignedUPerHead': LIGHT}
EVERY = pytest.mark.parametrize('name', EVERY_HEAD)


def step(head, given, samples):
    """The terms of a step and the gradients of all parameters and maps; draws are the same."""
    torch.manual_seed(1)
    for parameter in head.parameters():
        parameter.grad = None
    terms = head.loss(*given, samples, None)
    sum(term for key, term in terms.items() if 'loss' in key).backward()
    gradients = {key: p.grad for key, p in head.named_parameters()}
    maps = [*given[0], *given[1:]]
    gradients |= {f'map {i}': x.grad for i, x in enumerate(maps) if x.grad is not None}
    for x in maps:
        x.grad = None
    return {key: term.detach() for key, term in terms.items()}, gradients


def check_finite(head, terms, gradients):
    assert all(term.isfinite().all() for term in terms.values())
    assert [key for key, gradient in gradients.items() if gradient is None] == []
    assert [key for key, g in gradients.items() if not g.isfinite().all()] == []


def check_equal(one, other, **tolerance):
    for left, right in zip(one, other, strict=True):
        assert left.keys() == right.keys()
        for key, value in left.items():
            torch.testing.assert_close(right[key], value, msg=key, **tolerance)


@EVERY
class TestEveryHead:
    def test_compiled_forward_first_then_loss_loses_no_term(self, name):
        head = build_training_head(name, **LIGHTER.get(name, {}))
        given, samples, plain, graphs = forward_inputs(name), samples_of(), copy.deepcopy(head), []

        def count(graph, _):
            graphs.append(graph)
            return graph.forward

        torch._dynamo.reset()
        head.forward = torch.compile(head.forward, backend=count)
        numbers = []
        for twin in (head, plain):
            torch.manual_seed(2)
            twin(*given)
        for _ in range(3):
            check_equal(step(plain, given, samples), step(head, given, samples))
            numbers.append(len(graphs))
            head(*given), plain(*given)
        assert numbers[0] > 0
        assert numbers == [numbers[0]] * 3
        assert len(graphs) == numbers[0]

    def test_checkpointing_without_reentrance_is_exact(self, name):
        head, given, samples = build_training_head(name), forward_inputs(name), samples_of()
        plain = copy.deepcopy(head)
        head.forward = partial(checkpoint, head.forward, use_reentrant=False)
        check_equal(step(plain, given, samples), step(head, given, samples), rtol=0, atol=0)

    def test_mixed_precision_reaches_every_parameter(self, name, device):
        head, given, samples = build_training_head(name), forward_inputs(name), samples_of()
        with torch.autocast(device.type, torch.bfloat16):
            terms, gradients = step(head, given, samples)
        check_finite(head, terms, gradients)

    @NEEDS_RECENT_TORCH
    def test_a_step_on_a_gpu_waits_for_no_value_and_ends_in_float32(self, name, monkeypatch):
        monkeypatch.setattr(decode_head, 'accuracy', lambda *_, **__: torch.zeros(1))  # waits
        with gpu_autocast():
            terms = build_training_head(name).loss(*forward_inputs(name), samples_of(), None)
        assert {term.device.type for term in terms.values()} == {'cuda'}
        assert {term.dtype for term in terms.values()} == {torch.float32}

    def test_copies_and_pickles_after_a_step_train_alike(self, name):
        head, given, samples = build_training_head(name), forward_inputs(name), samples_of()
        step(head, given, samples)
        for twin in (copy.deepcopy(head), pickle.loads(pickle.dumps(head))):
            start = copy.deepcopy(head)
            check_equal(step(start, given, samples), step(twin, given, samples))

    @pytest.mark.parametrize('label', [CLASSES - 1, 255], ids=['one class', 'all ignored'])
    def test_one_image_of_one_label_reaches_every_parameter(self, name, label):
        """Else DistributedDataParallel stops."""
        head, given = build_training_head(name).eval(), forward_inputs(name, batch=1)
        terms, gradients = step(head, given, samples_of(torch.full((1, *IMAGE), label)))
        check_finite(head, terms, gradients)
        if label == 255:
            assert all(value == 0 for key, value in terms.items() if 'loss' in key)

    def test_a_thousand_classes_and_another_ignored_label(self, name):
        head = build_training_head(name, num_classes=1000, ignore_index=1000)
        labels = torch.randint(1001, (2, *IMAGE))
        given = forward_inputs(name, classes=1000)
        check_finite(head, *step(head, given, samples_of(labels)))

    def test_ignored_pixels_do_not_count(self, name):
        head = build_training_head(name, ignore_index=2)
        given, labels = forward_inputs(name), samples_of()
        other = build_training_head(name, ignore_index=CLASSES + 7)
        ignored = samples_of()
        for sample in ignored:
            sample.gt_sem_seg.data[sample.gt_sem_seg.data == 2] = CLASSES + 7
        check_equal(step(head, given, labels), step(other, given, ignored))


@pytest.mark.parametrize('name', SLOTTED)
class TestEveryHeadWithSlots:
    @pytest.mark.filterwarnings('ignore:None of the inputs have requires_grad')
    @pytest.mark.parametrize('frozen', [False, True], ids=['', 'frozen backbone'])
    def test_reentrant_checkpointing_is_refused_with_the_other_way(self, name, frozen):
        head, given = build_training_head(name), forward_inputs(name)
        for x in [*given[0], *given[1:]]:
            x.requires_grad_(not frozen)
        head.forward = partial(checkpoint, head.forward, use_reentrant=True)
        with pytest.raises(RuntimeError, match=r'carry no gradient.*use_reentrant=False'):
            head.loss(*given, samples_of(), None)

    def test_a_frozen_head_may_train_its_classifier_alone(self, name):
        head, given = build_training_head(name).requires_grad_(False), forward_inputs(name)
        for x in [*given[0], *given[1:]]:
            x.requires_grad_(False)
        head.conv_seg.requires_grad_(True)
        sum(t for k, t in head.loss(*given, samples_of(), None).items() if 'loss' in k).backward()
        assert head.conv_seg.weight.grad.any()

    def test_a_frozen_network_may_train_the_parameters_of_its_classifier_alone(self, name):
        head, given = build_training_head(name).requires_grad_(False), forward_inputs(name)
        for x in [*given[0], *given[1:]]:
            x.requires_grad_(False)
        trained = [*head.classifier.requires_grad_(True).parameters()]
        terms = head.loss(*given, samples_of(), None)
        if trained:
            sum(term for key, term in terms.items() if 'loss' in key).backward()
        assert all(parameter.grad is not None for parameter in trained)

    def test_evaluation_without_gradients_is_not_refused(self, name):
        head = build_training_head(name)
        with torch.no_grad():
            terms = head.loss(*forward_inputs(name), samples_of(), None)
        assert all(term.isfinite().all() for term in terms.values())

    @pytest.mark.parametrize('wrong', [CLASSES, 254, -1])
    def test_label_that_is_no_class_is_refused_with_its_value(self, name, wrong):
        samples = samples_of()
        samples[1].gt_sem_seg.data[0, 5, 5] = wrong
        with pytest.raises(ValueError, match=rf'\[{wrong}\].*num_classes={CLASSES}.*Set num_class'):
            build_training_head(name).loss(*forward_inputs(name), samples, None)

    def test_record_is_closed_when_a_step_fails(self, name):
        head, given = build_training_head(name), forward_inputs(name)
        before = set(vars(head))
        with pytest.raises((RuntimeError, IndexError, ValueError)):
            head.loss([x[:, :3] for x in given[0]], *given[1:], samples_of(), None)
        assert set(vars(head)) == before
        check_finite(head, *step(head, given, samples_of()))
