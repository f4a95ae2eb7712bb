"""Disentangled non-local block (arXiv 2412.08671, Eq. 8-9; arXiv 2006.06668).

Widths as recovered from the published costs: q, k and g reduce C to C/4, an output convolution
restores C. Differs from the original code (Apache-2.0): whitening takes the mean of each channel
over the pixels, as Eq. 8 says, not one scalar an image. q, k and the unary logits carry no bias,
for a constant drops out of each softmax.

The products of Eq. 8 have no bound: in training they grow until each pixel looks at one other and
no gradient is left. The forms of :data:`SIMILARITIES` say how large they may be.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mmseg_scr.layers.precise_conv import convolve_precisely
from mmseg_scr.ops.attention import disentangled_attention
from mmseg_scr.ops.precision import at_least_float32

INIT_STD = 0.01  # of q, k, g and the unary logits, as in the original code
SIMILARITIES = ('dot', 'scaled_dot', 'cosine')
WIDTH_MULTIPLE = 8  # of the kernels of scaled_dot_product_attention, in half precision


class DisentangledNonLocal2d(nn.Module):
    """Attention over all pixels of a map, to be added to it.

    Args:
        channels: width C of the map.
        reduction: C over the width of q and k. What it does not divide is rounded up to a multiple
            of 8, for fused attention kernels want no other widths.
        value_channels: width of g, C / reduction by default. Below C an output convolution, zero at
            the start of training, restores C; at C there is none.
        whiten: False leaves the mean of q and k in.
        similarity: of two pixels, before the softmax. ``'dot'``: q . k, Eq. 8 as it stands;
            ``'scaled_dot'``: over the root of their width, as in arXiv 1706.03762; ``'cosine'``: of
            the (whitened) q and k, times log N for N pixels (the factor of arXiv 2501.19399), so
            that at any size a pixel that is like one other alone gives it about half of its weight.

    Raises:
        ValueError: another similarity.
    """

    def __init__(
        self,
        channels: int,
        *,
        reduction: int = 4,
        value_channels: int | None = None,
        whiten: bool = True,
        similarity: str = 'dot',
    ) -> None:
        super().__init__()
        if similarity not in SIMILARITIES:
            raise ValueError(f'similarity must be one of {SIMILARITIES}, got {similarity!r}')
        self.whiten = whiten
        self.similarity = similarity
        width = _reduced(channels, reduction)
        value_channels = value_channels or width
        self.query = nn.Conv2d(channels, width, 1, bias=False)
        self.key = nn.Conv2d(channels, width, 1, bias=False)
        self.value = nn.Conv2d(channels, value_channels, 1)
        self.unary = nn.Conv2d(channels, 1, 1, bias=False)
        self.out = nn.Identity()
        for conv in (self.query, self.key, self.value, self.unary):
            nn.init.normal_(conv.weight, std=INIT_STD)
        nn.init.zeros_(self.value.bias)
        if value_channels != channels:
            self.out = nn.Conv2d(value_channels, channels, 1)
            nn.init.zeros_(self.out.weight)
            nn.init.zeros_(self.out.bias)

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, h, w) -> (B, C, h, w), without ``x`` itself."""
        q, k, unary = convolve_precisely(x, self.query, self.key, self.unary)
        q, k, v = (t.flatten(2).transpose(1, 2) for t in (q, k, self.value(x)))  # (B, hw, .)
        whiten = self.whiten
        if self.similarity == 'scaled_dot':
            q = q * q.shape[2] ** -0.5
        elif self.similarity == 'cosine':
            q, k, whiten = *_directions(q, k, whiten=whiten), False
        attended = disentangled_attention(q, k, v, unary.flatten(1), whiten=whiten)  # (B, hw, Cv)
        return self.out(attended.transpose(1, 2).unflatten(2, x.shape[2:]))


def _directions(q: Tensor, k: Tensor, *, whiten: bool) -> tuple[Tensor, Tensor]:
    """(B, N, D) -> float32 at least, whose products are cosines times log N."""
    precise = at_least_float32(q)
    q, k = q.to(precise), k.to(precise)  # half precision rounds the epsilon of a length to zero
    if whiten:
        q, k = (t - t.mean(dim=1, keepdim=True) for t in (q, k))
    pixels = torch.full_like(q[:1, :, :1], 1.0).sum()  # a tensor: N stays free in a graph
    return F.normalize(q, dim=2) * pixels.log(), F.normalize(k, dim=2)


def _reduced(channels: int, reduction: int) -> int:
    if channels % reduction == 0:
        return channels // reduction
    return WIDTH_MULTIPLE * math.ceil(channels / (WIDTH_MULTIPLE * reduction))
