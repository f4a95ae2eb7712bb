import pytest
import torch
from reference.context_aware import (
    class_prototypes_by_loops,
    cosine_by_loops,
    soft_prototypes_by_loops,
)
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.nn import functional as F

from mmseg_scr.ops.prototypes import class_prototypes, cosine_logits, soft_prototypes

SIZE = (3, 4)
LOW = [torch.float16, torch.bfloat16]


def _features(images=2, channels=5, dtype=torch.float64):
    return torch.randn(images, channels, *SIZE, dtype=dtype).requires_grad_()


def _logits(images=2, classes=4, dtype=torch.float64):
    return (2 * torch.randn(images, classes, *SIZE, dtype=dtype)).requires_grad_()


def _labels(images=2, classes=4):
    labels = torch.randint(classes, (images, *SIZE))
    labels[:, 0, :2] = 255
    return labels


def _same_with_gradients(fast, slow, inputs):
    torch.testing.assert_close(fast, slow)
    seed = torch.randn_like(slow)
    for one, other in zip(
        torch.autograd.grad(fast, inputs, seed),
        torch.autograd.grad(slow, inputs, seed),
        strict=True,
    ):
        torch.testing.assert_close(one, other)


@pytest.mark.parametrize(('classes', 'channels'), [(4, 5), (1, 5), (3, 1)])
def test_soft_prototypes_equal_the_loops_with_their_gradients(classes, channels):
    features, logits = _features(channels=channels), _logits(classes=classes)
    slow = soft_prototypes_by_loops(features, logits)
    assert slow.shape == (2, classes, channels)
    _same_with_gradients(soft_prototypes(features, logits), slow, [features, logits])


def test_soft_prototypes_of_certain_predictions_are_class_means():
    features, labels = _features(images=1), torch.randint(3, (1, *SIZE))
    logits = 200 * F.one_hot(labels, 3).permute(0, 3, 1, 2).double()
    means = class_prototypes(features, labels, 3, 255)[0]
    torch.testing.assert_close(soft_prototypes(features, logits)[0], means)


def test_class_that_no_pixel_predicts_gives_a_zero_and_finite_gradients():
    features, logits = _features(dtype=torch.float32), torch.zeros(2, 3, *SIZE)
    logits[:, 1] = -1000
    logits.requires_grad_()
    prototypes = soft_prototypes(features, logits)
    prototypes.square().sum().backward()
    assert not prototypes[:, 1].any()
    assert features.grad.isfinite().all()
    assert logits.grad.isfinite().all()


@pytest.mark.parametrize(('classes', 'channels'), [(4, 5), (1, 5), (3, 1)])
@pytest.mark.parametrize('ignore_index', [255, 0])
def test_class_prototypes_equal_the_loops_with_their_gradients(classes, channels, ignore_index):
    features, labels = _features(channels=channels), _labels(classes=classes)
    slow = class_prototypes_by_loops(features, labels, classes, ignore_index)
    fast, present = class_prototypes(features, labels, classes, ignore_index)
    assert present.tolist() == [mean is not None for mean in slow]
    zero = 0 * features.sum(dim=(0, 2, 3))
    slow = torch.stack([zero if mean is None else mean for mean in slow])
    _same_with_gradients(fast, slow, [features])


def test_absent_classes_are_zero_and_said_to_be_absent():
    labels = torch.where(_labels() == 255, 255, 2)
    means, present = class_prototypes(_features(), labels, 4, 255)
    assert present.tolist() == [False, False, True, False]
    assert not means[~present].any()
    assert means[2].all()


@pytest.mark.parametrize('label', [255, 4, -1])
def test_labels_that_are_no_class_belong_to_none(label):
    features = _features()
    means, present = class_prototypes(features, torch.full((2, *SIZE), label), 4, 255)
    assert not present.any()
    assert not means.any()
    assert not torch.autograd.grad(means.sum(), features)[0].any()


@pytest.mark.parametrize('shared', [True, False])
@pytest.mark.parametrize(('classes', 'channels'), [(4, 5), (1, 5), (3, 1)])
def test_cosine_logits_equal_the_loops_with_their_gradients(shared, classes, channels):
    features = _features(channels=channels)
    shape = (classes, channels) if shared else (2, classes, channels)
    classifier = torch.randn(shape, dtype=torch.float64, requires_grad=True)
    each = [classifier, classifier] if shared else list(classifier)
    slow = cosine_by_loops(features, each, 15.0)
    _same_with_gradients(cosine_logits(features, classifier, 15.0), slow, [features, classifier])


def test_cosine_logits_reach_the_scale_and_ignore_lengths():
    features = _features(images=1)
    classifier = features.detach()[0, :, 1, 2].unsqueeze(0)
    logits = cosine_logits(features, classifier, 15.0)
    assert logits.abs().max().item() == pytest.approx(15)
    assert logits[0, 0, 1, 2].item() == pytest.approx(15)
    torch.testing.assert_close(cosine_logits(1e3 * features, 1e-3 * classifier, 15.0), logits)


@pytest.mark.parametrize('dtype', [torch.float32, *LOW])
def test_zero_vectors_give_zero_and_gradients_that_are_finite(dtype):
    """The published form has 0 / 0 in half precision, where 1e-12 is zero."""
    features, classifier = _features().detach().to(dtype), torch.randn(4, 5).to(dtype)
    features[:, :, 0, 0], classifier[1] = 0, 0
    features.requires_grad_()
    classifier.requires_grad_()
    logits = cosine_logits(features, classifier, 15.0)
    logits.square().sum().backward(retain_graph=True)
    (logits.sum() + logits[:, :, 0, 0].sum()).backward()
    assert not logits[:, :, 0, 0].any()
    assert not logits[:, 1].any()
    assert not features.grad[:, :, 0, 0].any()
    assert not classifier.grad[1].any()
    assert features.grad.isfinite().all()
    assert classifier.grad.isfinite().all()


def test_no_normalised_copy_of_the_features_is_kept_for_the_gradient():
    features = torch.randn(2, 16, 8, 8, requires_grad=True)
    classifier = torch.randn(3, 16, requires_grad=True)
    kept = {}
    with torch.autograd.graph.saved_tensors_hooks(
        lambda t: kept.update({t.data_ptr(): t.numel()}) or t, lambda t: t
    ):
        cosine_logits(features, classifier, 15.0)
    assert [size for address, size in kept.items() if size >= features.numel()] == [
        kept[features.data_ptr()]
    ]


@pytest.mark.parametrize('dtype', LOW)
def test_large_half_precision_features_are_summed_in_float32(dtype, device):
    """64 x 64 pixels of 1000 sum to 64 times the range of float16."""
    features = (1000 + torch.randn(1, 3, 64, 64)).to(dtype).requires_grad_()
    logits, labels = torch.randn(1, 2, 64, 64).to(dtype), torch.randint(2, (1, 64, 64))
    with torch.autocast(device.type, dtype):
        soft = soft_prototypes(features, logits)
        means = class_prototypes(features, labels, 2, 255)[0]
        cosine = cosine_logits(features, means, 15.0)
    exact = features.detach().double()
    for low, high in (
        (soft, soft_prototypes(exact, logits.double())),
        (means, class_prototypes(exact, labels, 2, 255)[0]),
        (cosine, cosine_logits(exact, means.double(), 15.0)),
    ):
        assert low.dtype == torch.float32
        torch.testing.assert_close(low.double(), high, rtol=1e-5, atol=1e-5)
    (soft.sum() + cosine.sum()).backward()
    assert features.grad.isfinite().all()


def test_no_value_is_asked_of_the_device():
    """Fake tensors have no values: an operation that would wait for one raises."""
    with FakeTensorMode():
        features, logits, labels = _features(), _logits(), _labels()
        means, present = class_prototypes(features, labels, 4, 255)
        prototypes = soft_prototypes(features, logits) + means * present.unsqueeze(1)
        cosine_logits(features, prototypes, 15.0).sum().backward()
        assert features.grad.shape == features.shape
