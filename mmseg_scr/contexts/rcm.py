"""Rectangular Self-Calibration Module of CGRSeg (arXiv 2405.06228), written from its equations.

Original code: Apache-2.0. Differs: it reads all stages, pooled and concatenated on the last one's
grid (Eq. 7 of arXiv 2412.08671), where the original pools three to half of it; they are reduced to
the pyramid's width before the blocks, not after them; and a map of one pixel trains on a single
image too.
"""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from mmcv.cnn import build_norm_layer
from mmseg.registry import MODELS
from torch import Tensor, nn

from mmseg_scr.checks.numbers import require_positive
from mmseg_scr.layers import PooledConvModule, normalize_pooled
from mmseg_scr.ops.stages import concat_stages

EXPANSION = 2  # hidden width of a block's perceptron over its width, as in the original code


@MODELS.register_module()
class RCM(nn.Module):
    """All stages on one grid and reduced, then blocks that attend to rows and columns.

    Args:
        in_channels: widths of the backbone's maps.
        channels: width of the result.
        norm_cfg: config of the normalisations.
        depth: number of blocks.
        band: length of the convolutions along rows and columns, odd.
        layer_scale: factor of what a block adds, at the start of training. What is inside of a
            block learns at a speed that is proportional to it.

    Raises:
        ValueError: a band of even length, or no block.
    """

    def __init__(
        self,
        in_channels: Sequence[int],
        channels: int,
        *,
        norm_cfg: dict,
        depth: int = 5,
        band: int = 11,
        layer_scale: float = 1e-6,
    ) -> None:
        super().__init__()
        require_positive('depth of RCM', depth)
        self.reduce = PooledConvModule(sum(in_channels), channels, 1, norm_cfg=norm_cfg)
        options = dict(band=band, layer_scale=layer_scale, norm_cfg=norm_cfg)
        self.blocks = nn.Sequential(*(CalibratedBlock(channels, **options) for _ in range(depth)))

    def forward(self, stages: Sequence[Tensor]) -> Tensor:
        """Maps (B, C_l, h_l, w_l), fine to coarse -> (B, channels, h, w) of the last."""
        return self.blocks(self.reduce(concat_stages(stages)))


class CalibratedBlock(nn.Module):
    """x plus gamma times a perceptron of its calibrated form; nearly the identity at the start.

    Args:
        channels: width of the map.
        band: as of :class:`RCM`.
        layer_scale: gamma at the start.
        norm_cfg: config of the normalisations.
    """

    def __init__(self, channels: int, *, band: int, layer_scale: float, norm_cfg: dict) -> None:
        super().__init__()
        self.calibration = RectangularCalibration(channels, band=band, norm_cfg=norm_cfg)
        self.norm = build_norm_layer(norm_cfg, channels)[1]
        self.expand = nn.Conv2d(channels, EXPANSION * channels, 1)
        self.contract = nn.Conv2d(EXPANSION * channels, channels, 1)
        self.gamma = nn.Parameter(torch.full((channels,), float(layer_scale)))

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, h, w) -> (B, C, h, w)."""
        calibrated = normalize_pooled(self.norm, self.calibration(x))
        update = self.contract(F.gelu(self.expand(calibrated)))
        return x + (self.gamma[:, None, None] * update).to(x.dtype)


class RectangularCalibration(nn.Module):
    """A 3x3 convolution of each channel, times an attention of (0, 1) that is shaped by rectangles.

    The mean of a pixel's row plus that of its column is large where both cross an object; a
    convolution along the rows and one along the columns shape that into the attention.

    Args:
        channels: width of the map.
        band: length of the two convolutions, odd.
        norm_cfg: config of the normalisation between them.
    """

    def __init__(self, channels: int, *, band: int, norm_cfg: dict) -> None:
        super().__init__()
        if band % 2 == 0 or band < 1:
            raise ValueError(f'band of RCM must be odd and positive, got {band}')
        each = dict(groups=channels)
        self.local = nn.Conv2d(channels, channels, 3, padding=1, **each)
        self.along_rows = nn.Conv2d(channels, channels, (1, band), padding=(0, band // 2), **each)
        self.norm = build_norm_layer(norm_cfg, channels)[1]
        self.along_columns = nn.Conv2d(
            channels, channels, (band, 1), padding=(band // 2, 0), **each
        )

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, h, w) -> (B, C, h, w)."""
        crossing = x.mean(dim=3, keepdim=True) + x.mean(dim=2, keepdim=True)  # (B, C, h, w)
        shaped = normalize_pooled(self.norm, self.along_rows(crossing)).relu()
        return self.along_columns(shaped).sigmoid() * self.local(x)
