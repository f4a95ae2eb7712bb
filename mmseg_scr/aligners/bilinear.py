"""Plain bilinear upsampling: the aligner of the baseline in arXiv 2412.08671, Table I and II."""

from mmseg.registry import MODELS
from torch import Tensor, nn

from mmseg_scr.ops.resize import resize_bilinear


@MODELS.register_module()
class Bilinear(nn.Module):
    """Resize the coarse map to the size of the fine one; the fine map's content is not used.

    Args:
        align_corners: of the bilinear resizing.
    """

    def __init__(self, *, align_corners: bool = False) -> None:
        super().__init__()
        self.align_corners = align_corners

    def forward(self, coarse: Tensor, fine: Tensor) -> Tensor:
        """(B, C, h, w), (B, C, H, W) -> (B, C, H, W)."""
        return resize_bilinear(coarse, fine.shape[2:], align_corners=self.align_corners)
