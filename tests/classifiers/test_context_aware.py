import pytest
import torch
from builders.classifier_inputs import (
    CHANNELS,
    SIZE,
    batch,
    build,
    cross_entropy,
    golden_inputs,
    losses_of,
    terms_of,
)
from builders.golden import check_golden
from reference.context_aware import estimated_by_loops, oracle_by_loops
from reference.labels import nearest_labels
from torch._subclasses.fake_tensor import FakeTensorMode

from mmseg_scr.classifiers import ContextAwareClassifier


def test_golden_numbers_of_the_logits():
    classifier, inputs, labels = golden_inputs()
    features, logits, weight = inputs
    check_golden(logits, -5.02612, 140.29249, [-0.38369, -0.67302, -0.87008, -0.94818])
    check_golden(
        classifier(*inputs),
        33.55846,
        234.94894,
        [-1.98703, -1.88909, -1.44903, -0.86814],
        [-0.02338, -0.71679],
    )
    check_golden(
        classifier.oracle_logits(features, weight, nearest_labels(labels, (4, 6))),
        37.10093,
        244.89168,
        [-1.97189, -1.8992, -1.48056, -0.91362],
        [0.06796, -0.7696],
    )


def _same_with_gradients(fast, slow, inputs):
    torch.testing.assert_close(fast, slow)
    seed = torch.randn_like(slow)
    gradients = (torch.autograd.grad(result, inputs, seed) for result in (fast, slow))
    for one, other in zip(*gradients, strict=True):
        torch.testing.assert_close(one, other)


@pytest.mark.parametrize(('channels', 'classes'), [(8, 4), (5, 3), (6, 1), (1, 3)])
def test_forward_equals_the_loops_with_its_gradients(channels, classes):
    classifier = build(channels, classes, scale=7.0).double()
    inputs, _ = batch(channels=channels, classes=classes, dtype=torch.float64)
    slow = estimated_by_loops(*inputs, classifier.projector, 7.0)
    _same_with_gradients(classifier(*inputs), slow, [*inputs, *classifier.projector.parameters()])


@pytest.mark.parametrize(('channels', 'classes'), [(8, 4), (5, 3), (6, 1), (1, 3), (6, 30)])
def test_oracle_equals_the_loops_with_its_gradients(channels, classes):
    """With 30 classes most are absent, and fall back to the detached weight."""
    classifier = build(channels, classes, scale=7.0).double()
    (features, _, weight), labels = batch(channels=channels, classes=classes, dtype=torch.float64)
    labels = nearest_labels(labels, SIZE)
    projector = classifier.oracle_projector
    slow = oracle_by_loops(features, labels, weight, projector, 7.0, 255)
    fast = classifier.oracle_logits(features, weight, labels)
    _same_with_gradients(fast, slow, [features, weight, *projector.parameters()])


def test_forward_knows_no_labels_and_leaves_no_state():
    classifier, (inputs, labels) = build(), batch()
    before = classifier.train()(*inputs)
    losses_of(classifier, inputs, labels)
    assert torch.equal(classifier(*inputs), before)
    assert torch.equal(classifier.eval()(*inputs), before)


def test_forward_does_not_need_the_oracle():
    classifier, (inputs, _) = build(), batch()
    classifier(*inputs).sum().backward()
    assert all(p.grad is None for p in classifier.oracle_projector.parameters())
    expected = classifier(*inputs)
    classifier.oracle_projector = None
    assert torch.equal(classifier(*inputs), expected)


def test_forward_does_not_mix_images():
    classifier, ((features, logits, weight), _) = build(), batch(images=3)
    alone = [classifier(f[None], p[None], weight) for f, p in zip(features, logits, strict=True)]
    torch.testing.assert_close(classifier(features, logits, weight), torch.cat(alone))


def test_zero_features_are_finite():
    classifier, ((_, logits, weight), labels) = build(), batch()
    features = torch.zeros(2, CHANNELS, *SIZE, requires_grad=True)
    terms = losses_of(classifier, [features, logits, weight], labels)
    sum(terms.values()).backward()
    assert not classifier(features, logits, weight).any()
    assert all(t.grad.isfinite().all() for t in (features, logits, weight))


@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16])
@pytest.mark.parametrize('factor', [1, 10_000])
def test_half_precision_and_large_features_equal_float32(dtype, factor, device):
    classifier, ((features, logits, weight), labels) = build(), batch()
    features = (factor * features.detach()).to(dtype).requires_grad_()
    low = [features, logits.detach().to(dtype), weight.detach()]
    with torch.autocast(device.type, dtype):
        estimated = classifier(*low)
        terms = terms_of(classifier, low, estimated, labels, cross_entropy(labels))
    assert estimated.dtype == dtype
    exact = classifier(*(t.float() for t in low))
    torch.testing.assert_close(estimated, exact.to(dtype))
    sum(terms.values()).backward()
    assert all(p.grad.isfinite().all() for p in (features, *classifier.parameters()))


def test_result_has_the_dtype_of_the_logits():
    classifier, ((features, logits, weight), _) = build(), batch()
    assert classifier(features.bfloat16(), logits, weight).dtype == torch.float32
    assert classifier(features, logits.half(), weight).dtype == torch.float16


def test_no_value_is_asked_of_the_device():
    """Fake tensors have no values: an operation that would wait for one raises."""
    with FakeTensorMode():
        inputs, labels = batch()
        classifier = ContextAwareClassifier(
            CHANNELS, num_classes=inputs[1].shape[1], ignore_index=255
        )
        sum(losses_of(classifier, inputs, labels).values()).backward()
        assert all(x.grad.shape == x.shape for x in (*inputs, *classifier.parameters()))


@pytest.mark.gpu
def test_the_host_never_waits_for_the_gpu():
    classifier, (inputs, labels) = build().cuda(), batch()
    inputs = [t.detach().cuda().requires_grad_() for t in inputs]
    labels = labels.cuda()
    sum(losses_of(classifier, inputs, labels).values()).backward()  # sets up libraries
    torch.cuda.set_sync_debug_mode('error')
    try:
        sum(losses_of(classifier, inputs, labels).values()).backward()
    finally:
        torch.cuda.set_sync_debug_mode('default')


@pytest.mark.parametrize('scale', [0, -15.0])
def test_scale_that_is_not_positive_is_refused(scale):
    with pytest.raises(ValueError, match=f'scale must be > 0, got {scale}'):
        build(scale=scale)


@pytest.mark.parametrize('option', ['plain_weight', 'oracle_weight'])
def test_weight_that_would_turn_the_training_is_refused(option):
    said = f'{option} of ContextAwareClassifier must be 0 or more, got -1'
    with pytest.raises(ValueError, match=said):
        build(**{option: -1})


def test_distillation_without_an_oracle_is_refused_with_the_fix():
    with pytest.raises(ValueError, match=r'oracle_weight > 0.*or distillation=None'):
        build(oracle_weight=0)


@pytest.mark.parametrize('shape', [(3, 8, 1, 1), (4, 6, 1, 1), (4, 8), (4, 8, 3, 3)])
def test_weight_of_another_shape_is_refused_with_both(shape):
    (features, logits, _), _ = batch()
    shapes = rf'\(4, 8, 1, 1\), got \({", ".join(map(str, shape))}\)'
    with pytest.raises(ValueError, match=shapes):
        build()(features, logits, torch.zeros(shape))


def test_unknown_option_of_the_distillation_is_refused():
    with pytest.raises(TypeError, match=r"has no option \['temperature'\]"):
        build(distillation=dict(type='EntropyDistillationLoss', temperature=2))
