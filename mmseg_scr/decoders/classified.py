"""What a decode head writes down while it trains, and what it may not miss there."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor


class Classified(NamedTuple):
    """One map that a head has classified.

    Attributes:
        features: (B, C, h, w), without dropout.
        plain: (B, K, h, w) logits of the head's 1x1 convolution.
        logits: (B, K, h, w) of the classifier.
        compared: the map or the levels that the contrast compares.
    """

    features: Tensor
    plain: Tensor
    logits: Tensor
    compared: Tensor | Sequence[Tensor]


def only_map(record: Sequence[Classified], head: str) -> Classified:
    """The single map, or a TypeError for heads that do not classify one map by ``cls_seg``."""
    if len(record) != 1:
        raise TypeError(
            f'{head} classified {len(record)} maps in one forward; a classifier or contrast part '
            'fits heads that call cls_seg once'
        )
    return record[0]


def check_graph(
    classified: Classified,
    *,
    before: Iterable[Tensor],
    convolution: Iterable[Tensor],
    terms: Iterable[Tensor],
    head: str,
) -> None:
    """Raise RuntimeError if what was classified has no graph although something has to learn.

    Args:
        classified: what the head has written down.
        before: parameters that the features come of.
        convolution: those of the 1x1 convolution, of which the plain logits come besides.
        terms: of the loss, which come of the classifier's logits.
        head: name of the head.
    """
    if not torch.is_grad_enabled():
        return
    features, plain, logits, _ = classified
    # The terms may come of what checkpointing returned, and have a graph for that.
    pairs = (features, before), (plain, convolution), (logits, terms)
    if any(_lacks_graph(result, learning) for result, learning in pairs):
        raise RuntimeError(
            f'the features that {head} classified carry no gradient, so its training terms would '
            'reach their own parameters alone. Reentrant activation checkpointing does that '
            '(activation_checkpointing of a config, turn_on_activation_checkpointing): set '
            'head.forward = functools.partial(torch.utils.checkpoint.checkpoint, head.forward, '
            'use_reentrant=False) instead'
        )


def _lacks_graph(result: Tensor, learning: Iterable[Tensor]) -> bool:
    return not result.requires_grad and any(x.requires_grad for x in learning)
