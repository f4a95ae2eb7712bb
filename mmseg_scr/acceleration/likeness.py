"""Whether a changed model still says what it said: the same inputs, the same random numbers."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from mmseg_scr.probes.last_head import EVEN, classes_of

EQUAL = 1e-4  # largest difference of float32 forms, of the largest logit
AGREEMENT = 0.999  # share of pixels that keep their class, on every input that is judged by it
SEED = 20

Run = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class Likeness:
    """Of two models' logits, the worst over all inputs.

    Attributes:
        difference: largest, of the largest absolute logit of the first; nan if one has nan.
        agreement: share of the pixels of one class, 0 to 1.
    """

    difference: float
    agreement: float

    @property
    def is_equal(self) -> bool:
        """Up to the rounding of float32."""
        return self.difference <= EQUAL and self.agreement >= AGREEMENT

    @property
    def agrees(self) -> bool:
        """On the classes, whatever the logits."""
        return self.difference < 1 and self.agreement >= AGREEMENT


def compare(
    expected: Sequence[Tensor], actual: Sequence[Tensor], *, threshold: float = EVEN
) -> Likeness:
    """Compare logits (B, K, H, W), pair by pair.

    Args:
        expected: of the one model.
        actual: of the other.
        threshold: of the probability of class 1, where there is a single logit.

    Raises:
        ValueError: a pair of different shapes.
    """
    difference = largest_difference(expected, actual)
    agreements = [
        (classes_of(one, threshold) == classes_of(other, threshold)).float().mean().item()
        for one, other in zip(expected, actual, strict=True)
    ]
    return Likeness(difference, min(agreements, default=1.0))


def largest_difference(expected: Sequence[Tensor], actual: Sequence[Tensor]) -> float:
    """Of the largest absolute value of each expected tensor; nan if nan is in any.

    Raises:
        ValueError: a pair of different shapes, or not as many tensors.
    """
    worst = 0.0
    for one, other in zip(expected, actual, strict=True):
        if one.shape != other.shape:
            raise ValueError(f'shape {tuple(other.shape)} instead of {tuple(one.shape)}')
        if one.numel() == 0:
            continue
        one, other = one.double(), other.double()
        scale = one.abs().max().clamp_min(torch.finfo(torch.float32).tiny)
        share = ((other - one).abs().max() / scale).item()
        if share != share:
            return share
        worst = max(worst, share)
    return worst


@torch.no_grad()
def logits(model: nn.Module, inputs: Tensor, *, seed: int = SEED) -> Tensor:
    """(B, K, H, W) of a segmentor for prepared images (B, 3, H, W), with seeded generators."""
    seed_all(seed)
    size = tuple(inputs.shape[2:])
    metas = [
        dict(ori_shape=size, img_shape=size, pad_shape=size, padding_size=[0] * 4)
        for _ in range(inputs.shape[0])
    ]
    return model.encode_decode(inputs, metas)


def seed_all(seed: int) -> None:
    """Seed the generators of Python, numpy and torch."""
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
