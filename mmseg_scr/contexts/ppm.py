"""Pyramid pooling module in the form of SFNet, compared with in arXiv 2412.08671.

Pyramid pooling is from PSPNet (arXiv 1612.01105); SFNet's form (arXiv 2002.10120) has no ReLU in
the branches, a 1x1 bottleneck with dropout and corners aligned in the upsampling. Differs from the
original code (SFSegNets; its README says MIT): it reads all stages, pooled and concatenated (Eq. 7
of arXiv 2412.08671), and a branch of one pixel trains on a single image too.
"""

from collections.abc import Sequence

import torch.nn.functional as F
from mmcv.cnn import build_norm_layer
from mmseg.registry import MODELS
from torch import Tensor, nn

from mmseg_scr.checks.norms import require_norm_of_one_pixel
from mmseg_scr.layers import ConcatConvModule, normalize_pooled
from mmseg_scr.ops.pool import average_pool
from mmseg_scr.ops.stages import concat_stages


@MODELS.register_module()
class PPM(nn.Module):
    """All stages on one grid, beside their averages over coarser grids, reduced to one width.

    Upsampling aligns the corners, whatever the head's setting.

    Args:
        in_channels: widths of the backbone's maps.
        channels: width of every branch and of the result.
        norm_cfg: config of the normalisations.
        scales: rows, and columns, of each grid.
        dropout_ratio: share of the result's channels that training sets to zero.

    Raises:
        ValueError: a scale is 1 and ``norm_cfg`` an instance normalisation.
    """

    def __init__(
        self,
        in_channels: Sequence[int],
        channels: int,
        *,
        norm_cfg: dict,
        scales: Sequence[int] = (1, 2, 3, 6),
        dropout_ratio: float = 0.1,
    ) -> None:
        super().__init__()
        width = sum(in_channels)
        self.branches = nn.ModuleList(
            PooledBranch(width, channels, scale, norm_cfg=norm_cfg) for scale in scales
        )
        widths = [channels] * len(scales) + [width]
        self.bottleneck = ConcatConvModule(widths, channels, norm_cfg=norm_cfg)
        self.dropout = nn.Dropout2d(dropout_ratio)

    def forward(self, stages: Sequence[Tensor]) -> Tensor:
        """Maps (B, C_l, h_l, w_l), fine to coarse -> (B, channels, h, w) of the last."""
        x = concat_stages(stages)
        size = x.shape[2:]
        branches = [
            F.interpolate(branch(x), size, mode='bilinear', align_corners=True)
            for branch in self.branches
        ]
        return self.dropout(self.bottleneck([*branches, x], size))


class PooledBranch(nn.Module):
    """Average over a square grid, 1x1 convolution, normalisation.

    Args:
        in_channels: width of the map.
        channels: width of the result.
        scale: rows, and columns, of the grid.
        norm_cfg: config of the normalisation.
    """

    def __init__(self, in_channels: int, channels: int, scale: int, *, norm_cfg: dict) -> None:
        super().__init__()
        self.scale = scale
        self.conv = nn.Conv2d(in_channels, channels, 1, bias=False)
        self.norm = build_norm_layer(norm_cfg, channels)[1]
        if scale == 1:
            require_norm_of_one_pixel('PPM', self.norm)

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, h, w) -> (B, channels, scale, scale)."""
        return normalize_pooled(self.norm, self.conv(average_pool(x, (self.scale, self.scale))))
