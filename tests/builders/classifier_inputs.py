"""A context-aware classifier and what a head would give it: features, logits, weight, labels."""

from collections.abc import Callable

import torch
from builders.fill import conv_bias, conv_weight, fill_conv, fill_parameters, wave
from torch import Tensor
from torch.nn import functional as F

from mmseg_scr.classifiers import ContextAwareClassifier

CLASSES = 4
CHANNELS = 8
SIZE = (3, 4)


def build(
    channels: int = CHANNELS, num_classes: int = CLASSES, **options: object
) -> ContextAwareClassifier:
    """A classifier whose parameters are neither zero nor one."""
    classifier = ContextAwareClassifier(
        channels, num_classes=num_classes, ignore_index=255, **options
    )
    return fill_parameters(classifier)


def batch(
    images: int = 2,
    channels: int = CHANNELS,
    classes: int = CLASSES,
    dtype: torch.dtype = torch.float32,
) -> tuple[list[Tensor], Tensor]:
    """Features, logits and weight of a head, and labels at four times the size."""
    features = torch.randn(images, channels, *SIZE, dtype=dtype)
    logits = 2 * torch.randn(images, classes, *SIZE, dtype=dtype)
    weight = torch.randn(classes, channels, 1, 1, dtype=dtype)
    labels = torch.randint(classes, (images, 4 * SIZE[0], 4 * SIZE[1]))
    labels[:, :5, :7] = 255
    return [t.requires_grad_() for t in (features, logits, weight)], labels


def cross_entropy(labels: Tensor) -> Callable[[Tensor], dict[str, Tensor]]:
    """The loss of a head: mean over all pixels, as mmseg's default is."""

    def supervise(logits: Tensor) -> dict[str, Tensor]:
        logits = F.interpolate(logits, labels.shape[1:], mode='bilinear')
        pixels = F.cross_entropy(logits.float(), labels, ignore_index=255, reduction='none')
        return {'loss_ce': pixels.mean(), 'acc_seg': logits.new_zeros(())}

    return supervise


def losses_of(
    classifier: ContextAwareClassifier, inputs: list[Tensor], labels: Tensor
) -> dict[str, Tensor]:
    """The terms of the classifier under :func:`cross_entropy`."""
    return terms_of(classifier, inputs, classifier(*inputs), labels, cross_entropy(labels))


def terms_of(
    classifier: ContextAwareClassifier,
    inputs: list[Tensor],
    estimated: Tensor,
    labels: Tensor,
    supervise: Callable[[Tensor], dict[str, Tensor]],
) -> dict[str, Tensor]:
    """The terms of the classifier in a head whose loss is ``supervise``."""
    further, losses = classifier.training_terms(*inputs, estimated, labels)
    return {
        f'{key}_{name}': factor * term
        for name, (logits, factor) in further.items()
        for key, term in supervise(logits).items()
        if key.startswith('loss')
    } | losses


def golden_inputs() -> tuple[ContextAwareClassifier, list[Tensor], Tensor]:
    """Classifier, (features, logits, weight) and labels of the golden numbers."""
    classifier = ContextAwareClassifier(CHANNELS, num_classes=CLASSES, ignore_index=255)
    for part, first, second in (('projector', 0.1, 0.2), ('oracle_projector', 0.3, 0.4)):
        fill_conv(getattr(classifier, part).hidden, first, factor=20)
        fill_conv(getattr(classifier, part).out, second, factor=20)
    features = wave(2, 8, 4, 6, seed=0.2).float().requires_grad_()
    weight = conv_weight((4, 8, 1, 1), 0.5, 20).float().requires_grad_()
    logits = F.conv2d(features, weight, conv_bias(4, 0.5).float())
    labels = (torch.arange(2 * 16 * 24).div(7, rounding_mode='floor') % 3).reshape(2, 16, 24)
    labels[:, :3, :5] = 255
    return classifier, [features, logits, weight], labels
