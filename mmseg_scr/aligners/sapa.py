"""SAPA: similarity-aware point affiliation (arXiv 2209.12866), in its form SAPA-B.

Written from the equations. The original code is MIT by its licence file, "for academic purposes
only" by its README, and needs CUDA. Differs: the ratio need not be 2; similarities, softmax and
sums are float32 at least, for the unscaled products grow with the features. As there, a coarse
pixel outside of the map counts as zero, in the similarity too, and takes part in the softmax.
"""

import torch
import torch.nn.functional as F
from mmengine.model import trunc_normal_init
from mmseg.registry import MODELS
from torch import Tensor, nn

from mmseg_scr.checks.numbers import require_positive
from mmseg_scr.layers import precise_linear
from mmseg_scr.ops.precision import at_least_float32
from mmseg_scr.ops.reassembly import kernel_softmax, reassemble, window_similarity

WINDOW = 5


@MODELS.register_module()
class SAPA(nn.Module):
    """Sum a 5x5 window of the coarse map by how like each of its pixels is to the fine one.

    At the start of training the weights are nearly equal.

    Args:
        channels: width C of both maps.
        width: of the queries and keys; the original code has 64, its published runs 32.
    """

    def __init__(self, channels: int, *, width: int = 64) -> None:
        super().__init__()
        require_positive('width of SAPA', width)
        self.norm_fine = nn.LayerNorm(channels)
        self.norm_coarse = nn.LayerNorm(channels)
        self.query = nn.Linear(channels, width)
        self.key = nn.Linear(channels, width)
        for linear in (self.query, self.key):
            trunc_normal_init(linear, std=0.02)

    def forward(self, coarse: Tensor, fine: Tensor) -> Tensor:
        """(B, C, h, w), (B, C, H, W) -> (B, C, H, W)."""
        query = _project(fine, self.norm_fine, self.query)
        key = _project(coarse, self.norm_coarse, self.key)
        similarity = window_similarity(query, key, WINDOW)  # (B, 25, H, W)
        return reassemble(coarse, kernel_softmax(similarity))


def _project(x: Tensor, norm: nn.LayerNorm, linear: nn.Module) -> Tensor:
    """(B, C, h, w) -> (B, D, h, w), every pixel normalised over its channels.

    In float32 at least, whatever the autocast and the dtype of the weights: what half precision
    rounds off a query can be a good part of a logit.
    """
    dtype = at_least_float32(x, norm.weight)
    with torch.autocast(x.device.type, enabled=False):
        rows = _normalize(x.movedim(1, 3).to(dtype), norm)
    return precise_linear(rows, linear).movedim(3, 1)


def _normalize(rows: Tensor, norm: nn.LayerNorm) -> Tensor:
    """``norm(rows)`` in the dtype of ``rows``, whatever that of the weights."""
    if norm.weight.dtype == rows.dtype:
        return norm(rows)
    weight, bias = norm.weight.to(rows.dtype), norm.bias.to(rows.dtype)
    return F.layer_norm(rows, norm.normalized_shape, weight, bias, norm.eps)
