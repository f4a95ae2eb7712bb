"""FADE: fusing the assets of decoder and encoder (arXiv 2207.10392).

Written from the equations. The original code is MIT by its licence file, "for academic purposes
only" by its README. Differs: the ratio need not be 2; the softmax and the sum are float32 at least.
As in the code, the bias of the shared convolution enters with both maps, where the paper's formula
has it once. Outside of the map counts as zero: the result darkens at the border.
"""

from mmengine.model import xavier_init
from mmseg.registry import MODELS
from torch import Tensor, nn

from mmseg_scr.checks.numbers import require_positive
from mmseg_scr.ops.nearest import resize_nearest
from mmseg_scr.ops.reassembly import kernel_softmax, reassemble
from mmseg_scr.slots import build_slot

WINDOW = 5
KERNELS = ('FADEKernels', 'FADELiteKernels')
FULL = dict(type='FADEKernels')


@MODELS.register_module()
class FADE(nn.Module):
    """Sum 5x5 windows of the coarse map by kernels of both maps, and let a gate mix in the fine.

    The method's own fusion is g * fine + (1 - g) * upsampled; the head adds the fine map to what an
    aligner returns, so that is (1 - g) * (upsampled - fine).

    Args:
        channels: width C of both maps.
        kernels: config of what predicts the kernels, called as (coarse, fine) -> their logits
            (B, 25, H, W): :class:`FADEKernels`, or :class:`FADELiteKernels` of the light form.
        gate: False returns the upsampled map, to which the head adds the fine one.
    """

    def __init__(self, channels: int, *, kernels: dict = FULL, gate: bool = True) -> None:
        super().__init__()
        self.gate = nn.Conv2d(channels, 1, 1) if gate else None
        self.kernels = build_slot('kernels of FADE', kernels, KERNELS, channels=channels)
        if gate:
            xavier_init(self.gate, distribution='uniform')

    @property
    def completed_by_sum(self) -> bool:
        """Whether the gate has subtracted from the result what the head adds."""
        return self.gate is not None

    def forward(self, coarse: Tensor, fine: Tensor) -> Tensor:
        """(B, C, h, w), (B, C, H, W) -> (B, C, H, W), to be added to ``fine``."""
        upsampled = reassemble(coarse, kernel_softmax(self.kernels(coarse, fine)))
        if self.gate is None:
            return upsampled
        return (1 - self.predict_gate(coarse, fine.shape[2:])) * (upsampled - fine)

    def predict_gate(self, coarse: Tensor, size: tuple[int, int]) -> Tensor:
        """(B, C, h, w) -> share g of the fine map in the sum, (B, 1, H, W)."""
        return resize_nearest(self.gate(coarse), size).sigmoid()


class _KernelsOfBothMaps(nn.Module):
    """Compress both maps to one width, then one 3x3 convolution reads each at its own size."""

    def __init__(self, channels: int, width: int, *, groups: int) -> None:
        super().__init__()
        require_positive("width of FADE's kernels", width)
        self.compress_fine = nn.Conv2d(channels, width, 1)
        self.compress_coarse = nn.Conv2d(channels, width, 1, bias=False)
        self.shared = nn.Conv2d(width, WINDOW**2, 3, padding=1, groups=groups)
        for conv in self.children():
            xavier_init(conv, distribution='uniform')

    def forward(self, coarse: Tensor, fine: Tensor) -> Tensor:
        """(B, C, h, w), (B, C, H, W) -> logits (B, 25, H, W)."""
        own = self.shared(self.compress_fine(fine))
        deep = self.shared(self.compress_coarse(coarse))
        return own + resize_nearest(deep, fine.shape[2:])


@MODELS.register_module()
class FADEKernels(_KernelsOfBothMaps):
    """Logits of the kernels by a full 3x3 convolution, shared by both maps.

    Args:
        channels: width C of both maps.
        width: of the compressed maps.
    """

    def __init__(self, channels: int, *, width: int = 64) -> None:
        super().__init__(channels, width, groups=1)


@MODELS.register_module()
class FADELiteKernels(_KernelsOfBothMaps):
    """Logits of the kernels by a depthwise 3x3 convolution, on maps compressed to as many.

    Args:
        channels: width C of both maps.
    """

    def __init__(self, channels: int) -> None:
        super().__init__(channels, WINDOW**2, groups=WINDOW**2)
