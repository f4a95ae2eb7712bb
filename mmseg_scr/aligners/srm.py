"""Semantic Refinement Module (arXiv 2412.08671, Sec. III-C, Fig. 5). No code was published.

Kernel sizes and widths follow from the published parameters and GFLOPs. Readings taken where the
paper is silent: the nine weights pass a softmax, neighbours outside of the map count as zero,
offsets are in pixels of the upsampled map. The 1x1 convolution of the upsampled map runs before
upsampling, and the 3x3 convolutions of the two guides run without concatenating them: same result.
"""

from collections.abc import Mapping
from types import MappingProxyType

from mmseg.registry import MODELS
from torch import Tensor, nn

from mmseg_scr.layers import ConcatConv2d, ConcatConvModule
from mmseg_scr.ops.neighborhood import PADDING_MODES, WINDOW, combine_neighbors
from mmseg_scr.ops.precision import at_least_float32
from mmseg_scr.ops.warp_resized import warp_resized


@MODELS.register_module()
class SRM(nn.Module):
    """Upsample, then move every pixel by an offset that its 3x3 neighbourhood agreed upon.

    At the start of training all offsets are zero and the result is bilinear upsampling.

    Args:
        channels: width C of both maps, even.
        hidden_channels: width of the two prediction branches, each.
        mask: options of :class:`WeightMask`; None leaves every pixel its own offset (Fig. 2).
        norm_cfg: config of the normalisation inside the branches.
        align_corners: of the bilinear upsampling.
    """

    def __init__(
        self,
        channels: int,
        *,
        hidden_channels: int = 32,
        mask: Mapping[str, object] | None = MappingProxyType({}),
        norm_cfg: dict,
        align_corners: bool = False,
    ) -> None:
        super().__init__()
        if channels < 2 or channels % 2:
            raise ValueError(f'SRM halves its channels, which must be even, got {channels}')
        width = channels // 2
        self.align_corners = align_corners
        self.compress_coarse = ConcatConv2d([channels], width, align_corners=align_corners)
        self.compress_fine = nn.Conv2d(channels, width, 1, bias=False)
        # The first layers of the offset branch and of the mask's branch, side by side.
        self.branches = ConcatConvModule(
            [width, width],
            hidden_channels * (1 if mask is None else 2),
            kernel_size=3,
            norm_cfg=norm_cfg,
            align_corners=align_corners,
        )
        self.offset = nn.Conv2d(hidden_channels, 2, 3, padding=1, bias=False)
        self.mask = None if mask is None else WeightMask(hidden_channels, **mask)
        # Only the offsets start at zero: were the weights zero too, raw ones would never learn.
        nn.init.zeros_(self.offset.weight)

    def forward(self, coarse: Tensor, fine: Tensor) -> Tensor:
        """Align ``coarse`` with ``fine``.

        Args:
            coarse: (B, C, h, w), the deeper map.
            fine: (B, C, H, W), the lateral map of the next finer level; H, W need not be 2h, 2w.

        Returns:
            (B, C, H, W).
        """
        offset = self.predict_offset(coarse, fine)
        return warp_resized(coarse, offset, align_corners=self.align_corners)

    def predict_offset(self, coarse: Tensor, fine: Tensor) -> Tensor:
        """(B, C, h, w), (B, C, H, W) -> offsets (B, 2, H, W) in pixels, x first (Eq. 3)."""
        size, width = fine.shape[2:], self.offset.in_channels
        guides = [self.compress_coarse([coarse], size), self.compress_fine(fine)]
        hidden = self.branches(guides, size)
        own = self.offset(hidden[:, :width])
        own = own.to(at_least_float32(own))
        return own if self.mask is None else self.mask(own, hidden[:, width:])


class WeightMask(nn.Module):
    """Replace the offset of every pixel by a weighted sum of those of its 3x3 window (Eq. 3).

    Args:
        channels: width of the features that the nine weights are predicted from.
        softmax: False uses the weights as they are predicted.
        padding_mode: what offsets outside of the map count as, ``'zeros'`` or ``'replicate'``.
    """

    def __init__(self, channels: int, *, softmax: bool = True, padding_mode: str = 'zeros') -> None:
        super().__init__()
        if padding_mode not in PADDING_MODES:
            raise ValueError(
                f'padding_mode must be one of {[*PADDING_MODES]}, got {padding_mode!r}'
            )
        self.softmax = softmax
        self.padding_mode = padding_mode
        self.weights = nn.Conv2d(channels, len(WINDOW), 1, bias=False)

    def forward(self, offset: Tensor, features: Tensor) -> Tensor:
        """(B, 2, H, W), (B, channels, H, W) -> (B, 2, H, W), dtype of ``offset``."""
        weights = self.weights(features).to(offset)
        weights = weights.softmax(dim=1) if self.softmax else weights
        return combine_neighbors(offset, weights, padding_mode=self.padding_mode)
