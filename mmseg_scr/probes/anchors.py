"""Anchors that a contrast term would draw for a batch, by a generator of their own."""

import torch
from torch import Tensor, nn

from mmseg_scr.ops.anchors import fill_anchor_slots
from mmseg_scr.ops.labels import nearest_labels
from mmseg_scr.probes.inside import Anchors


def drawn_anchors(term: nn.Module, logits: Tensor, labels: Tensor, *, seed: int = 0) -> Anchors:
    """Draw anchors with the settings of a ``PixelContrastLoss``.

    Args:
        term: has ``num_classes``, ``ignore_index``, ``max_samples`` and ``max_views``.
        logits: (B, K, h, w); of a single one, ``threshold`` of the term says what class 1 is.
        labels: (B, H, W) at any size.
        seed: of the draw.
    """
    size = tuple(logits.shape[2:])
    predictions = _predictions(logits, getattr(term, 'threshold', None)).flatten(1)
    slots = fill_anchor_slots(
        nearest_labels(labels, size).flatten(1),
        predictions,
        term.num_classes,
        term.max_samples,
        term.max_views,
        term.ignore_index,
        torch.Generator(logits.device).manual_seed(seed),
    )
    image, pixel, label = (t[slots.valid] for t in (slots.image, slots.pixel, slots.label))
    return Anchors(image, pixel, label, predictions[image, pixel], size)


def anchor_statistics(anchors: Anchors) -> dict[str, float]:
    """What the contrast has to work with.

    Returns:
        ``anchors``: their number. ``hard_share``: of them, those that are predicted wrongly.
        ``positives``: mean number of others with the same label. Without anchors, the number alone.
    """
    number = len(anchors.label)
    if not number:
        return {'anchors': 0.0}
    counts = anchors.label.bincount().double()
    return {
        'anchors': float(number),
        'hard_share': (anchors.predicted != anchors.label).double().mean().item(),
        'positives': (counts * (counts - 1)).sum().item() / number,
    }


def _predictions(logits: Tensor, threshold: float | None) -> Tensor:
    if logits.shape[1] == 1 and threshold is not None:
        return (logits.sigmoid() > threshold).squeeze(1).long()
    return logits.argmax(dim=1)
