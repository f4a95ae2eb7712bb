"""What every classifier must do, whatever its method."""

import pytest
import torch
from builders.classifier_inputs import (
    CHANNELS,
    CLASSES,
    SIZE,
    batch,
    cross_entropy,
    losses_of,
    terms_of,
)
from builders.fill import fill_parameters
from builders.gpu_autocast import NEEDS_RECENT_TORCH, gpu_autocast

from mmseg_scr import classifiers
from mmseg_scr.slots import build_slot

SHARED = dict(channels=CHANNELS, num_classes=CLASSES, ignore_index=255)


def build(name):
    return build_slot('classifier', dict(type=name), classifiers.__all__, **SHARED)


@pytest.fixture(params=classifiers.__all__)
def classifier(request):
    return fill_parameters(build(request.param))


@pytest.mark.parametrize('training', [False, True])
def test_result_is_one_tensor_like_the_logits(classifier, training):
    inputs, _ = batch()
    result = classifier.train(training)(*inputs)
    assert isinstance(result, torch.Tensor)
    assert result.shape == (2, CLASSES, *SIZE)
    assert result.dtype == inputs[1].dtype


def test_a_single_image_works_in_evaluation_and_training(classifier):
    inputs, _ = batch(images=1)
    assert classifier.eval()(*inputs).isfinite().all()
    assert classifier.train()(*inputs).isfinite().all()


def test_images_of_a_batch_do_not_mix_in_evaluation(classifier):
    (features, logits, weight), _ = batch()
    alone = classifier.eval()(features[1:], logits[1:], weight)
    torch.testing.assert_close(classifier(features, logits, weight)[1:], alone)


def test_bfloat16_is_close_to_float32(classifier):
    inputs = [x.detach().bfloat16() for x in batch()[0]]
    low = classifier.eval().bfloat16()(*inputs)
    assert low.dtype == torch.bfloat16
    exact = classifier.float()(*(x.float() for x in inputs))
    torch.testing.assert_close(low.float(), exact, rtol=0.05, atol=0.05)


@NEEDS_RECENT_TORCH
@pytest.mark.parametrize('name', classifiers.__all__)
def test_autocast_of_a_gpu_leaves_the_logits_in_half_precision(name):
    with gpu_autocast():
        features, logits, weight = batch()[0]
        assert build(name)(features.half(), logits.half(), weight).dtype == torch.float16


def test_only_losses_are_added(classifier):
    terms = losses_of(classifier, *batch())
    assert all(name.startswith('loss') for name in terms)
    assert all(term.shape == () for term in terms.values())
    assert all(term.isfinite() for term in terms.values())


@pytest.mark.parametrize('ignored', [False, True], ids=['labelled', 'all ignored'])
def test_every_parameter_and_the_logits_take_part_in_every_step(classifier, ignored):
    """Else DistributedDataParallel stops, or the 1x1 convolution of the head never learns."""
    inputs, labels = batch()
    labels = torch.full_like(labels, 255) if ignored else labels
    estimated, supervise = classifier(*inputs), cross_entropy(labels)
    terms = terms_of(classifier, inputs, estimated, labels, supervise)
    (supervise(estimated)['loss_ce'] + sum(terms.values())).backward()
    gradients = {name: p.grad for name, p in classifier.named_parameters()}
    gradients['logits'] = inputs[1].grad
    assert [name for name, grad in gradients.items() if grad is None] == []
    assert all(grad.isfinite().all() for grad in gradients.values())
    assert ignored or [name for name, grad in gradients.items() if not grad.any()] == []


@pytest.mark.parametrize('dtype', [torch.uint8, torch.int32])
def test_integer_type_of_the_labels_does_not_matter(classifier, dtype):
    inputs, labels = batch()
    estimated = classifier(*inputs)
    expected, found = (
        classifier.training_terms(*inputs, estimated, given) for given in (labels, labels.to(dtype))
    )
    assert found[0].keys() == expected[0].keys()
    assert all(torch.equal(found[0][key][0], expected[0][key][0]) for key in expected[0])
    assert found[1] == expected[1]


def test_logits_to_be_supervised_are_like_the_plain_ones(classifier):
    inputs, labels = batch()
    further, _ = classifier.training_terms(*inputs, classifier(*inputs), labels)
    for logits, factor in further.values():
        assert logits.shape == inputs[1].shape
        assert logits.requires_grad
        assert factor > 0


def test_state_dict_restores_the_result(classifier):
    inputs, labels = batch()
    losses_of(classifier, inputs, labels)  # whatever they change is in the state dict too
    twin = build(type(classifier).__name__)
    twin.load_state_dict(classifier.state_dict())
    assert torch.equal(twin.eval()(*inputs), classifier.eval()(*inputs))


@pytest.mark.parametrize('training', [False, True])
def test_inputs_are_left_as_they_were(classifier, training):
    inputs, labels = batch()
    given = [*(x.detach() for x in inputs), labels]
    before = [x.clone() for x in given]
    with torch.no_grad():  # in which an in-place operation is not an error
        losses_of(classifier.train(training), inputs, labels)
    assert all(torch.equal(a, b) for a, b in zip(before, given, strict=True))


def test_is_exported_with_free_batch_and_sizes(classifier):
    features, logits, weight = (x.detach() for x in batch()[0])
    free = dict.fromkeys((0, 2, 3), torch.export.Dim.DYNAMIC)
    program = torch.export.export(
        classifier.eval(), (features, logits, weight), dynamic_shapes=(free, free, None)
    ).module()
    for images, *size in [(1, 7, 5), (3, 2, 9)]:
        other = torch.randn(images, CHANNELS, *size), torch.randn(images, CLASSES, *size), weight
        with torch.no_grad():
            torch.testing.assert_close(program(*other), classifier(*other), rtol=1e-4, atol=1e-4)
