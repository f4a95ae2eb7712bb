"""Flow Alignment Module of SFNet (arXiv 2002.10120), compared with in arXiv 2412.08671, Table II.

A predicted flow says where in the **coarse** map, at its own resolution, each fine pixel reads. One
unit of flow is about half a fine pixel: the original adds flow / (W, H) to coordinates that run
from -1 to 1. Both conventions are those of the original code (SFSegNets; its README says MIT).
"""

import torch
from mmseg.registry import MODELS
from torch import Tensor, nn

from mmseg_scr.ops.precision import at_least_float32
from mmseg_scr.ops.resize import resize_bilinear
from mmseg_scr.ops.warp import pixel_grid, sample_at


@MODELS.register_module()
class FAM(nn.Module):
    """Warp the coarse map by a flow that is predicted from both maps.

    A zero flow is bilinear upsampling with ``align_corners=True``, whatever the head's setting; the
    flow is not zero at the start of training.

    Args:
        channels: width C of both maps, even.
    """

    align_corners = True  # of the upsampling that it is without its flow

    def __init__(self, channels: int) -> None:
        super().__init__()
        if channels < 2 or channels % 2:
            raise ValueError(f'FAM halves its channels, which must be even, got {channels}')
        width = channels // 2
        self.compress_coarse = nn.Conv2d(channels, width, 1, bias=False)
        self.compress_fine = nn.Conv2d(channels, width, 1, bias=False)
        self.flow = nn.Conv2d(2 * width, 2, 3, padding=1, bias=False)

    def forward(self, coarse: Tensor, fine: Tensor) -> Tensor:
        """(B, C, h, w), (B, C, H, W) -> (B, C, H, W)."""
        flow = self.predict_flow(coarse, fine)
        flow = flow.to(at_least_float32(flow))
        (h, w), (height, width) = coarse.shape[2:], fine.shape[2:]
        grid = pixel_grid((height, width), like=flow)
        # Corner pixels of both maps coincide; a flow of (W, H) crosses half of the map.
        x = grid[:, 0] * ((w - 1) / max(width - 1, 1)) + flow[:, 0] * ((w - 1) / (2 * width))
        y = grid[:, 1] * ((h - 1) / max(height - 1, 1)) + flow[:, 1] * ((h - 1) / (2 * height))
        return sample_at(coarse, torch.stack([x, y], dim=1))

    def predict_flow(self, coarse: Tensor, fine: Tensor) -> Tensor:
        """(B, C, h, w), (B, C, H, W) -> flow (B, 2, H, W), x before y."""
        deep = self.compress_coarse(coarse)
        deep = resize_bilinear(deep, fine.shape[2:], align_corners=self.align_corners)
        return self.flow(torch.cat([deep, self.compress_fine(fine)], dim=1))
