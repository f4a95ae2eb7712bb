"""Disentangled non-local block (arXiv 2412.08671, Eq. 8-9; arXiv 2006.06668).

Widths as recovered from the published costs: q, k and g reduce C to C/4, an output convolution
restores C. Differs from the original code (Apache-2.0): whitening takes the mean of each channel
over the pixels, as Eq. 8 says, not one scalar an image; no scale, no temperature. q, k and the
unary logits carry no bias, for a constant drops out of each softmax.
"""

from torch import Tensor, nn

from mmseg_scr.ops.attention import disentangled_attention

INIT_STD = 0.01  # of q, k, g and the unary logits, as in the original code


class DisentangledNonLocal2d(nn.Module):
    """x plus attention over all of its pixels; the identity at the start of training.

    Args:
        channels: width C of the map.
        reduction: C over the width of q, k and g.
    """

    def __init__(self, channels: int, *, reduction: int = 4) -> None:
        super().__init__()
        if channels % reduction:
            raise ValueError(f'channels {channels} must be divisible by reduction {reduction}')
        width = channels // reduction
        self.query = nn.Conv2d(channels, width, 1, bias=False)
        self.key = nn.Conv2d(channels, width, 1, bias=False)
        self.value = nn.Conv2d(channels, width, 1)
        self.unary = nn.Conv2d(channels, 1, 1, bias=False)
        self.out = nn.Conv2d(width, channels, 1)
        for conv in (self.query, self.key, self.value, self.unary):
            nn.init.normal_(conv.weight, std=INIT_STD)
        nn.init.zeros_(self.value.bias)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, h, w) -> (B, C, h, w)."""
        projections = (self.query, self.key, self.value)
        q, k, v = (conv(x).flatten(2).transpose(1, 2) for conv in projections)
        attended = disentangled_attention(q, k, v, self.unary(x).flatten(1))  # (B, hw, C / 4)
        return x + self.out(attended.transpose(1, 2).unflatten(2, x.shape[2:]))
