"""Deep Aggregation Pyramid Pooling Module of DDRNet (arXiv 2101.06085).

Compared with in arXiv 2412.08671. Differs from the original code (MIT): it reads all stages, pooled
and concatenated (Eq. 7 of arXiv 2412.08671), and a map of one pixel trains on a single image too.
As there, weights start from a normal distribution scaled by the fan out.
"""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from mmcv.cnn import build_norm_layer
from mmseg.registry import MODELS
from torch import Tensor, nn

from mmseg_scr.checks.norms import require_norm_of_one_pixel
from mmseg_scr.layers import normalize_pooled
from mmseg_scr.ops.stages import concat_stages

WINDOWS = ((5, 2), (9, 4), (17, 8))  # side and stride, in pixels of the last map


@MODELS.register_module()
class DAPPM(nn.Module):
    """All stages on one grid, averaged over ever larger windows that are fused one by one.

    Args:
        in_channels: widths of the backbone's maps.
        channels: width of the result.
        norm_cfg: config of the normalisations.
        branch_channels: width of every scale, ``channels`` by default.

    Raises:
        ValueError: ``norm_cfg`` is an instance normalisation.
    """

    def __init__(
        self,
        in_channels: Sequence[int],
        channels: int,
        *,
        norm_cfg: dict,
        branch_channels: int | None = None,
    ) -> None:
        super().__init__()
        width = sum(in_channels)
        branch = channels if branch_channels is None else branch_channels
        self.finest = PreActivationConv(width, branch, norm_cfg=norm_cfg)
        self.pools = nn.ModuleList(nn.AvgPool2d(k, s, padding=k // 2) for k, s in WINDOWS)
        self.pools.append(nn.AdaptiveAvgPool2d(1))
        self.scales = nn.ModuleList(
            PreActivationConv(width, branch, norm_cfg=norm_cfg) for _ in self.pools
        )
        require_norm_of_one_pixel('DAPPM', self.scales[-1].norm)
        self.processes = nn.ModuleList(
            PreActivationConv(branch, branch, 3, norm_cfg=norm_cfg) for _ in self.pools
        )
        fused = branch * (1 + len(self.pools))
        self.compression = PreActivationConv(fused, channels, norm_cfg=norm_cfg)
        self.shortcut = PreActivationConv(width, channels, norm_cfg=norm_cfg)

    def forward(self, stages: Sequence[Tensor]) -> Tensor:
        """Maps (B, C_l, h_l, w_l), fine to coarse -> (B, channels, h, w) of the last."""
        x = concat_stages(stages)
        fused = [self.finest(x)]
        for pool, scale, process in zip(self.pools, self.scales, self.processes, strict=True):
            coarse = scale(pool(x))
            upsampled = F.interpolate(coarse, x.shape[2:], mode='bilinear', align_corners=False)
            fused.append(process(upsampled + fused[-1]))
        return self.compression(torch.cat(fused, dim=1)) + self.shortcut(x)


class PreActivationConv(nn.Module):
    """Normalisation and ReLU, then a convolution without bias.

    Args:
        in_channels: width of the map.
        out_channels: width of the result.
        kernel_size: odd.
        norm_cfg: config of the normalisation.
    """

    def __init__(
        self, in_channels: int, out_channels: int, kernel_size: int = 1, *, norm_cfg: dict
    ) -> None:
        super().__init__()
        self.norm = build_norm_layer(norm_cfg, in_channels)[1]
        self.conv = nn.Conv2d(
            in_channels, out_channels, kernel_size, padding=kernel_size // 2, bias=False
        )
        nn.init.kaiming_normal_(self.conv.weight, mode='fan_out', nonlinearity='relu')

    def forward(self, x: Tensor) -> Tensor:
        """(B, in_channels, h, w) -> (B, out_channels, h, w)."""
        return self.conv(normalize_pooled(self.norm, x).relu_())
