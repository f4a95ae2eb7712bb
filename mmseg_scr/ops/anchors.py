"""Segmentation-aware hard anchor sampling (arXiv 2101.11939, Sec. 3.3) for the pixel-contrast loss.

Differs from the original code (MIT licence): no loop over images or classes and no device
synchronisation; no failure when nothing qualifies or when there are more pairs than anchors.
"""

from typing import NamedTuple

import torch
from torch import Generator, Tensor

RANDOM_BITS = 31  # random low bits of a sort key; the group number takes the high ones


class AnchorSlots(NamedTuple):
    """A fixed number of anchor rows; rows with ``valid`` False are padding (all indices 0)."""

    image: Tensor
    pixel: Tensor
    label: Tensor
    valid: Tensor


def sample_hard_anchors(
    labels: Tensor,
    predictions: Tensor,
    max_samples: int,
    max_views: int,
    ignore_index: int,
    generator: Generator | None = None,
) -> tuple[Tensor, Tensor, Tensor]:
    """Draw anchors from every (image, class) pair, half of them wrongly predicted where possible.

    A pair qualifies with more than ``max_views`` pixels. Each gets the same number of anchors, at
    most ``max_views`` and at most ``max_samples`` in total; a shortage of wrong or of right
    predictions is filled from the other side. Pixels are uniform within their side, never repeated.

    Args:
        labels: (B, N) integers >= 0 or ``ignore_index``.
        predictions: (B, N) predicted classes.
        max_samples: upper bound of the number of anchors.
        max_views: upper bound of anchors a pair, and the size that a pair must exceed.
        ignore_index: label of pixels that are never drawn.
        generator: source of randomness on the device of ``labels``; the global one by default.

    Returns:
        Image index, pixel index and label, each (A,) with A <= ``max_samples``, ordered by image,
        class, wrong before right. The size depends on the data, so a GPU is waited for; inside a
        training step use :func:`fill_anchor_slots`.
    """
    known = labels[labels != ignore_index]
    if not known.numel():
        nothing = known.long()
        return nothing, nothing, nothing
    num_classes = int(known.max()) + 1
    slots = fill_anchor_slots(
        labels, predictions, num_classes, max_samples, max_views, ignore_index, generator
    )
    return slots.image[slots.valid], slots.pixel[slots.valid], slots.label[slots.valid]


@torch.no_grad()
def fill_anchor_slots(
    labels: Tensor,
    predictions: Tensor,
    num_classes: int,
    max_samples: int,
    max_views: int,
    ignore_index: int,
    generator: Generator | None = None,
) -> AnchorSlots:
    """:func:`sample_hard_anchors` with shapes that do not depend on the data: nothing synchronises.

    Labels outside of [0, ``num_classes``) are never drawn either.

    Returns:
        ``max_samples`` rows, the valid ones first. With more qualifying pairs than ``max_samples``,
        a random ``max_samples`` of them get one anchor each.
    """
    batch, pixels = labels.shape
    groups = 2 * batch * num_classes  # (image, class, wrong | right); one more for ignored pixels
    group = _group_of_pixel(labels, predictions, num_classes, ignore_index).flatten()
    sizes = group.new_zeros(groups + 1).scatter_add_(0, group, torch.ones_like(group))[:-1]
    quotas = _quotas(sizes.view(-1, 2), max_samples, max_views, generator).flatten()

    noise = torch.randint(2**RANDOM_BITS, group.shape, generator=generator, device=group.device)
    order = ((group << RANDOM_BITS) | noise).argsort()  # groups in turn, shuffled inside

    slot = torch.arange(max_samples, device=group.device)
    filled = quotas.cumsum(0)
    owner = torch.searchsorted(filled, slot, right=True).clamp_(max=groups - 1)
    rank = slot - (filled - quotas)[owner]
    valid = slot < filled[-1]
    index = order[torch.where(valid, (sizes.cumsum(0) - sizes)[owner] + rank, 0)]
    index, owner = (torch.where(valid, t, 0) for t in (index, owner))
    return AnchorSlots(index // pixels, index % pixels, owner // 2 % num_classes, valid)


def _group_of_pixel(
    labels: Tensor, predictions: Tensor, num_classes: int, ignore_index: int
) -> Tensor:
    """(B, N) number of the group (image, class, right) of each pixel; others come last."""
    has_class = (labels != ignore_index) & (labels >= 0) & (labels < num_classes)
    image = torch.arange(labels.shape[0], device=labels.device).unsqueeze(1)
    group = 2 * (image * num_classes + labels) + (predictions == labels)
    return torch.where(has_class, group, 2 * labels.shape[0] * num_classes)


def _quotas(sizes: Tensor, max_samples: int, max_views: int, generator: Generator | None) -> Tensor:
    """(P, 2) pixels of each pair, wrong and right -> (P, 2) anchors to draw of each."""
    qualifies = sizes.sum(1) > max_views
    lottery = torch.rand(sizes.shape[0], generator=generator, device=sizes.device)
    place = torch.where(qualifies, lottery, 2.0).argsort().argsort()
    drawn = qualifies & (place < max_samples)
    views = (max_samples // drawn.sum().clamp(min=1)).clamp(max=max_views)

    wrong, right = sizes.unbind(1)
    enough_wrong, enough_right = 2 * wrong >= views, 2 * right >= views
    wrong = torch.where(enough_wrong, torch.where(enough_right, views // 2, views - right), wrong)
    return torch.stack([wrong, views - wrong], dim=1) * drawn.unsqueeze(1)
