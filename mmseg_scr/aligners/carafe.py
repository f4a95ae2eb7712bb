"""CARAFE: content-aware reassembly of features (arXiv 1905.02188, Sec. 3).

Written from the equations. The original code says MIT in its setup.py alone, mmcv's operator is
Apache-2.0 and needs CUDA. Differs: the ratio need not be 2; the softmax and the sum are float32 at
least. Outside of the map counts as zero, as there: the result darkens at the border.
"""

import torch.nn.functional as F
from mmengine.model import normal_init, xavier_init
from mmseg.registry import MODELS
from torch import Tensor, nn

from mmseg_scr.checks.numbers import require_positive
from mmseg_scr.ops.nearest import resize_nearest
from mmseg_scr.ops.reassembly import kernel_softmax, reassemble

WINDOW = 5
SCALE = 2  # of the grid that the kernels are predicted on, per side


@MODELS.register_module()
class CARAFE(nn.Module):
    """Sum a 5x5 window of the coarse map around every fine pixel, with weights predicted from it.

    Of the fine map only the size counts. At the start of training all weights are about equal.

    Args:
        channels: width C of both maps.
        width: of the map that the weights are predicted from.
    """

    def __init__(self, channels: int, *, width: int = 64) -> None:
        super().__init__()
        require_positive('width of CARAFE', width)
        self.compress = nn.Conv2d(channels, width, 1)
        self.encoder = nn.Conv2d(width, WINDOW**2 * SCALE**2, 3, padding=1)
        xavier_init(self.compress, distribution='uniform')
        normal_init(self.encoder, std=0.001)

    def forward(self, coarse: Tensor, fine: Tensor) -> Tensor:
        """(B, C, h, w), (B, C, H, W) -> (B, C, H, W)."""
        logits = F.pixel_shuffle(self.encoder(self.compress(coarse)), SCALE)  # (B, 25, 2h, 2w)
        # A kernel belongs to the window of one coarse pixel, and is not mixed with its neighbours.
        kernels = kernel_softmax(resize_nearest(logits, fine.shape[2:]))
        return reassemble(coarse, kernels)
