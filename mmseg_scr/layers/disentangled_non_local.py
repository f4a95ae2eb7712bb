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
    """Attention over all pixels of a map, to be added to it.

    Args:
        channels: width C of the map.
        reduction: C over the width of q and k.
        value_channels: width of g, C / reduction by default. Below C an output convolution, zero at
            the start of training, restores C; at C there is none.
        whiten: False leaves the mean of q and k in.
    """

    def __init__(
        self,
        channels: int,
        *,
        reduction: int = 4,
        value_channels: int | None = None,
        whiten: bool = True,
    ) -> None:
        super().__init__()
        if channels % reduction:
            raise ValueError(f'channels {channels} must be divisible by reduction {reduction}')
        self.whiten = whiten
        width = channels // reduction
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
        projections = (self.query, self.key, self.value)
        q, k, v = (conv(x).flatten(2).transpose(1, 2) for conv in projections)
        unary = self.unary(x).flatten(1)
        attended = disentangled_attention(q, k, v, unary, whiten=self.whiten)  # (B, hw, Cv)
        return self.out(attended.transpose(1, 2).unflatten(2, x.shape[2:]))
