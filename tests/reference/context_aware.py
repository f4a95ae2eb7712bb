"""The context-aware classifier one image, class and pixel at a time, in tensors with gradients.

Vectors are lists of scalars stacked at the end; maps are (B, C, h, w), labels (B, h, w).
"""

from collections.abc import Iterator

import torch
from torch import Tensor, nn

TINY = 1e-12


def soft_prototypes_by_loops(features: Tensor, logits: Tensor) -> Tensor:
    """Return (B, K, C): sum over pixels of q_k f, over (sum of q_k + 1e-12)."""
    images = []
    for b in range(len(features)):
        total = [torch.zeros_like(features[b, :, 0, 0]) for _ in range(logits.shape[1])]
        mass = [0.0 for _ in total]
        for y, x in _pixels(features):
            exponents = [torch.exp(logit) for logit in logits[b, :, y, x]]
            for k, exponent in enumerate(exponents):
                share = exponent / sum(exponents)
                total[k] = total[k] + share * features[b, :, y, x]
                mass[k] = mass[k] + share
        images.append(torch.stack([t / (m + TINY) for t, m in zip(total, mass, strict=True)]))
    return torch.stack(images)


def class_prototypes_by_loops(
    features: Tensor, labels: Tensor, num_classes: int, ignore_index: int
) -> list[Tensor | None]:
    """Return the mean feature (C,) of each class over the batch, None for a class without pixel."""
    members = [[] for _ in range(num_classes)]
    for b in range(len(features)):
        for y, x in _pixels(features):
            label = int(labels[b, y, x])
            if label != ignore_index and 0 <= label < num_classes:
                members[label].append(features[b, :, y, x])
    return [sum(vectors) / len(vectors) if vectors else None for vectors in members]


def project_by_loops(
    prototype: Tensor, row: Tensor, hidden: Tensor, weight: Tensor, bias: Tensor
) -> Tensor:
    """Return W2 relu(W1 [prototype ; row]) + b2 for vectors (C,)."""
    joined = [*prototype, *row]
    inner = [sum(w * x for w, x in zip(unit, joined, strict=True)).clamp(min=0) for unit in hidden]
    outer = [sum(w * x for w, x in zip(unit, inner, strict=True)) for unit in weight]
    return torch.stack(outer) + bias


def cosine_by_loops(features: Tensor, classifiers: list[Tensor], scale: float) -> Tensor:
    """Return (B, K, h, w) of classifiers[b], each (K, C); no vector is zero."""
    out = torch.zeros(len(features), len(classifiers[0]), *features.shape[2:], dtype=torch.float64)
    for b, classifier in enumerate(classifiers):
        for y, x in _pixels(features):
            pixel = features[b, :, y, x]
            for k, row in enumerate(classifier):
                lengths = _length(pixel) * _length(row)
                out[b, k, y, x] = scale * torch.dot(pixel, row) / lengths
    return out


def estimated_by_loops(
    features: Tensor, logits: Tensor, weight: Tensor, projector: nn.Module, scale: float
) -> Tensor:
    """Return p_p (B, K, h, w): one classifier an image, made from what the logits say."""
    layers, rows = _layers(projector), weight[:, :, 0, 0]
    classifiers = []
    for prototypes in soft_prototypes_by_loops(features, logits):
        pairs = zip(prototypes, rows, strict=True)
        classifiers.append(torch.stack([project_by_loops(p, row, *layers) for p, row in pairs]))
    return cosine_by_loops(features, classifiers, scale)


def oracle_by_loops(
    features: Tensor,
    labels: Tensor,
    weight: Tensor,
    projector: nn.Module,
    scale: float,
    ignore_index: int,
) -> Tensor:
    """Return p_y (B, K, h, w): one classifier for the batch, made from what the labels say."""
    rows = weight[:, :, 0, 0]
    means = class_prototypes_by_loops(features, labels, len(rows), ignore_index)
    classifier = []
    for mean, row in zip(means, rows, strict=True):
        prototype = row.detach() if mean is None else mean
        classifier.append(project_by_loops(prototype, row, *_layers(projector)))
    return cosine_by_loops(features, [torch.stack(classifier)] * len(features), scale)


def distillation_by_loops(
    student: Tensor, teacher: Tensor, labels: Tensor, ignore_index: int, smoothness: float = 0.5
) -> Tensor:
    """Return the mean over the classes present of entropy-weighted means of cross-entropies."""
    num_classes = student.shape[1]
    per_class = []
    for c in range(num_classes):
        loss, weights, count = 0.0, 0.0, 0
        for b in range(len(labels)):
            for y, x in _pixels(student):
                if c == ignore_index or int(labels[b, y, x]) != c:
                    continue
                soft = teacher[b, :, y, x].detach().softmax(0)
                student_log = student[b, :, y, x].log_softmax(0)
                entropy = -sum(float(q) * float(torch.log(q + TINY)) for q in soft)
                for k in range(num_classes):
                    hit = 1.0 if k == c else 0.0
                    target = smoothness * soft[k] + (1 - smoothness) * hit
                    loss = loss - entropy * target * student_log[k]
                weights, count = weights + entropy, count + 1
        if count:
            per_class.append(loss / (weights + TINY))
    return sum(per_class) / len(per_class) if per_class else 0.0 * student.sum()


def _layers(projector: nn.Module) -> tuple[Tensor, Tensor, Tensor]:
    return projector.hidden.weight, projector.out.weight, projector.out.bias


def _pixels(maps: Tensor) -> Iterator[tuple[int, int]]:
    return ((y, x) for y in range(maps.shape[2]) for x in range(maps.shape[3]))


def _length(vector: Tensor) -> Tensor:
    return torch.sqrt(sum(value * value for value in vector))
