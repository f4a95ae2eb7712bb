"""Rows of an attention's weights, a few at a time: the whole matrix of large maps is never made."""

import math
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

MAX_ROWS = 256  # that a statistic looks at, evenly spaced over all
MAX_LOGITS = 2**22  # that are in memory at once


class AttentionRows(ABC):
    """Attention of ``count`` elements, pixels or channels, each of which weighs others."""

    count: int

    @property
    @abstractmethod
    def device(self) -> torch.device:
        """Where the weights are computed."""

    @abstractmethod
    def logits(self, rows: Tensor) -> Tensor:
        """Indices (R,) -> (B, R, N) float32 logits; what a row does not see is minus infinity."""

    def weights(self, rows: Tensor) -> Tensor:
        """Indices (R,) -> (B, R, N), which sum to 1 in each row."""
        return self.logits(rows).softmax(dim=2)


@dataclass
class DotProductRows(AttentionRows):
    """Softmax over j of scale * q_i . k_j.

    Attributes:
        q: (B, N, D), as the product gets them, centred for one.
        k: (B, N, D).
        scale: of the products.
    """

    q: Tensor
    k: Tensor
    scale: float = 1.0

    @property
    def count(self) -> int:
        """Elements that attend."""
        return self.q.shape[1]

    @property
    def device(self) -> torch.device:
        """That of queries and keys."""
        return self.q.device

    def logits(self, rows: Tensor) -> Tensor:
        """(R,) -> (B, R, N)."""
        with torch.autocast(self.q.device.type, enabled=False):
            return self.q[:, rows].float() @ self.k.float().mT * self.scale


@dataclass
class CrissCrossRows(AttentionRows):
    """Softmax over the row and the column of a pixel, itself once: N is H + W.

    Attributes:
        q: (B, D, H, W).
        k: (B, D, H, W).
    """

    q: Tensor
    k: Tensor

    @property
    def count(self) -> int:
        """Pixels."""
        return self.q.shape[2] * self.q.shape[3]

    @property
    def device(self) -> torch.device:
        """That of queries and keys."""
        return self.q.device

    def logits(self, rows: Tensor) -> Tensor:
        """(R,) -> (B, R, H + W), the column first, in which the pixel itself is not seen."""
        height, width = self.q.shape[2:]
        y, x = rows // width, rows % width
        with torch.autocast(self.q.device.type, enabled=False):
            q, k = self.q.float()[:, :, y, x], self.k.float()
            column = torch.einsum('bdr,bdhr->brh', q, k[:, :, :, x])
            row = torch.einsum('bdr,bdrw->brw', q, k[:, :, y])
        own = torch.arange(height, device=rows.device) == y[:, None]  # (R, H)
        return torch.cat([column.masked_fill(own, -torch.inf), row], dim=2)


@dataclass
class SharedRow(AttentionRows):
    """One row for all pixels: the query-independent term of Eq. 9.

    Attributes:
        unary: (B, N) logits.
    """

    unary: Tensor
    count = 1

    @property
    def device(self) -> torch.device:
        """That of the logits."""
        return self.unary.device

    def logits(self, rows: Tensor) -> Tensor:
        """(R,) -> (B, R, N)."""
        return self.unary.float()[:, None].expand(-1, len(rows), -1)


def attention_statistics(attention: AttentionRows) -> dict[str, float]:
    """How sharp the rows are.

    At most ``MAX_ROWS`` evenly spaced rows are looked at, in chunks.

    Returns:
        ``largest_weight``: mean over the rows of their largest weight. ``logit_spread``: standard
        deviation of the logits in a row (root of its mean square over the rows); what is added to
        a whole row does not count. ``entropy``: mean over the rows, in parts of the logarithm of
        the number of weights: 1 is an average over all, 0 looks at one; left out where a row has
        one weight only.
    """
    largest, variance, entropy = [], [], []
    for logits in _chunks(attention):
        weights = logits.softmax(dim=2)
        seen = logits.isfinite()
        size = seen.sum(dim=2)
        mean = logits.where(seen, 0).sum(dim=2) / size
        square = (logits - mean[..., None]).where(seen, 0).square().sum(dim=2)
        largest.append(weights.amax(dim=2).flatten())
        variance.append((square / size).flatten())
        entropy.append((torch.special.entr(weights).sum(dim=2) / size.log()).flatten())
    statistics = {
        'largest_weight': torch.cat(largest).mean().item(),
        'logit_spread': math.sqrt(torch.cat(variance).mean().item()),
        'entropy': torch.cat(entropy).mean().item(),
    }
    if not math.isfinite(statistics['entropy']):
        del statistics['entropy']
    return statistics


def _chunks(attention: AttentionRows) -> Iterator[Tensor]:
    """Logits (B, r, N) of the evenly spaced rows."""
    number = min(attention.count, MAX_ROWS)
    rows = (torch.arange(number, device=attention.device) * attention.count) // number
    first = attention.logits(rows[:1])
    step = max(MAX_LOGITS // first.numel(), 1)
    for start in range(0, number, step):
        yield attention.logits(rows[start : start + step])
