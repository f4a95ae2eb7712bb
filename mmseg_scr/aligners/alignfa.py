"""Aligned Feature Aggregation of AlignSeg (arXiv 2003.00872), compared with in arXiv 2412.08671.

Both maps are warped at the fine resolution, each by offsets of its own generator. Differs from the
original code (MIT): offsets are in pixels, as that code's own second sampling function has them;
the one that it calls is not the identity at zero offset on torch since 1.3.
"""

import torch
from mmcv.cnn import build_norm_layer
from mmseg.registry import MODELS
from torch import Tensor, nn

from mmseg_scr.ops.resize import resize_bilinear
from mmseg_scr.ops.warp import warp_by_offset

LEAKY_SLOPE = 0.01  # of the fused normalisation and activation in the original code


@MODELS.register_module()
class AlignFA(nn.Module):
    """Warp the upsampled coarse map and the fine map, so that their sum is aligned.

    The head adds the fine map to what an aligner returns; the displacement of the fine map is
    therefore part of the result. At the start of training all offsets are zero and the result is
    bilinear upsampling with ``align_corners=True``, whatever the head's setting.

    Args:
        channels: width C of both maps.
        norm_cfg: config of the normalisation in the generators.
    """

    align_corners = True  # of the upsampling that it is without its offsets

    def __init__(self, channels: int, *, norm_cfg: dict) -> None:
        super().__init__()
        self.coarse_offset = _offset_generator(channels, norm_cfg)
        self.fine_offset = _offset_generator(channels, norm_cfg)

    def forward(self, coarse: Tensor, fine: Tensor) -> Tensor:
        """(B, C, h, w), (B, C, H, W) -> (B, C, H, W), to be added to ``fine``."""
        upsampled = resize_bilinear(coarse, fine.shape[2:], align_corners=self.align_corners)
        both = torch.cat([fine, upsampled], dim=1)
        moved_fine = warp_by_offset(fine, self.fine_offset(both))
        return warp_by_offset(upsampled, self.coarse_offset(both)) + (moved_fine - fine)


def _offset_generator(channels: int, norm_cfg: dict) -> nn.Sequential:
    generator = nn.Sequential(
        nn.Conv2d(2 * channels, channels, 1, bias=False),
        build_norm_layer(norm_cfg, channels)[1],
        nn.LeakyReLU(LEAKY_SLOPE, inplace=True),
        nn.Conv2d(channels, 2, 3, padding=1, bias=False),
    )
    nn.init.zeros_(generator[-1].weight)
    return generator
