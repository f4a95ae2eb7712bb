"""Eq. 11, one anchor and one positive at a time."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor


def contrast_by_loops(embeddings: Tensor, labels: Sequence[int], temperature: float) -> float:
    """Mean over the anchors that have a positive; 0.0 when none has. embeddings: (A, D)."""
    embeddings = embeddings.detach().double()
    labels = [int(label) for label in labels]
    anchors = range(len(labels))
    losses = []
    for i in anchors:
        positives = [j for j in anchors if j != i and labels[j] == labels[i]]
        negatives = [j for j in anchors if labels[j] != labels[i]]
        if not positives:
            continue
        pushed = sum(_similarity(embeddings, i, j, temperature) for j in negatives)
        terms = []
        for j in positives:
            pulled = _similarity(embeddings, i, j, temperature)
            terms.append(-math.log(pulled / (pulled + pushed)))
        losses.append(sum(terms) / len(terms))
    return sum(losses) / len(losses) if losses else 0.0


def _similarity(embeddings: Tensor, i: int, j: int, temperature: float) -> float:
    return math.exp(float(torch.dot(embeddings[i], embeddings[j])) / temperature)
