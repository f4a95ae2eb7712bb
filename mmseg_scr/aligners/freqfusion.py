"""FreqFusion: frequency-aware feature fusion for dense prediction (arXiv 2408.12879).

Written from the equations; the original code has no licence. Differs: the ratio need not be 2; the
softmaxes, sums, cosines and positions are float32 at least. As in the code, the logits of the
coarse map are upsampled, where the paper draws that for features. As in all published numbers,
outside of the map counts as zero; a later operator of that code reflects.
"""

from collections.abc import Mapping
from types import MappingProxyType

import torch
import torch.nn.functional as F
from mmengine.model import normal_init, xavier_init
from mmseg.registry import MODELS
from torch import Tensor, nn

from mmseg_scr.ops.neighborhood import neighbor_cosines
from mmseg_scr.ops.precision import at_least_float32
from mmseg_scr.ops.reassembly import kernel_softmax, reassemble
from mmseg_scr.ops.warp import pixel_grid, rescaled_offset, sample_groups

LOW, HIGH = 5, 3  # sides of the windows of the low-pass and of the high-pass filter
SCALE = 2  # of the grid that the coarse share of the offsets is predicted on, per side
CHANNELS_OF_A_NORM = 8
NEIGHBORS, DISTANCE = 8, 2  # that a pixel is compared with
OPTIONS_OF_RESAMPLING = ('groups', 'concat')


@MODELS.register_module()
class FreqFusion(nn.Module):
    """Smooth the coarse map, sharpen the fine one, and move what is unlike its neighbours.

    A low-pass filter, predicted for every fine pixel from both maps, sums 5x5 windows of the coarse
    map; a high-pass one adds to the fine map what a 3x3 filter takes away from it. The head adds
    the fine map to what an aligner returns, so what is added to it is part of the result.

    Args:
        channels: width C of both maps.
        width: of the maps that filters and offsets are predicted from, a multiple of 8.
        hamming: False leaves the filters without the window that raises their centres. The original
            has it where maps are added, and not where they are concatenated.
        resample: options of :class:`GuidedResampling`; None moves nothing.
    """

    completed_by_sum = True

    def __init__(
        self,
        channels: int,
        *,
        width: int = 64,
        hamming: bool = True,
        resample: Mapping[str, object] | None = MappingProxyType({}),
    ) -> None:
        super().__init__()
        if width < CHANNELS_OF_A_NORM or width % CHANNELS_OF_A_NORM:
            raise ValueError(f'FreqFusion needs a width that is a multiple of 8, got {width}')
        _check_resampling(resample)
        self.compress_fine = nn.Conv2d(channels, width, 1)
        self.compress_coarse = nn.Conv2d(channels, width, 1)
        self.low_pass = nn.Conv2d(width, LOW**2, 3, padding=1)
        self.high_pass = nn.Conv2d(width, HIGH**2, 3, padding=1)
        for conv in (self.compress_fine, self.compress_coarse):
            xavier_init(conv, distribution='uniform')
        for conv in (self.low_pass, self.high_pass):
            normal_init(conv, std=0.001)
        for name, side in (('low_window_weight', LOW), ('high_window_weight', HIGH)):
            self.register_buffer(name, _window(side) if hamming else None)
        self.resample = None if resample is None else GuidedResampling(channels, width, **resample)

    def forward(self, coarse: Tensor, fine: Tensor) -> Tensor:
        """(B, C, h, w), (B, C, H, W) -> (B, C, H, W), to be added to ``fine``."""
        deep, guide, high = self._guides(coarse, fine)
        low = self.low_pass(guide)
        first = kernel_softmax(low, self.low_window_weight)
        smoothing = kernel_softmax(
            low + reassemble(self.low_pass(deep), first), self.low_window_weight
        )
        high = high + reassemble(self.high_pass(deep), smoothing)
        smooth = reassemble(coarse, smoothing)
        details = fine - reassemble(fine, kernel_softmax(high, self.high_window_weight))
        if self.resample is not None:
            smooth = self.resample(smooth, deep, guide)
        return smooth + details

    def predict_group_offsets(self, coarse: Tensor, fine: Tensor) -> Tensor:
        """(B, C, h, w), (B, C, H, W) -> (B, 2, G, H, W) in pixels of the fine map, x first.

        Without resampling G is 0.
        """
        if self.resample is None:
            return fine.new_zeros(fine.shape[0], 2, 0, *fine.shape[2:])
        deep, guide, _ = self._guides(coarse, fine)
        return rescaled_offset(self.resample.predict_offset(deep, guide), coarse.shape[2:])

    def _guides(self, coarse: Tensor, fine: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Compressed maps (B, D, h, w) and, sharpened, (B, D, H, W); logits of the high-pass."""
        guide = self.compress_fine(fine)
        high = self.high_pass(guide)
        sharpened = 2 * guide - reassemble(guide, kernel_softmax(high, self.high_window_weight))
        return self.compress_coarse(coarse), sharpened, high


def _check_resampling(resample: Mapping[str, object] | None) -> None:
    if resample is None:
        return
    if not isinstance(resample, Mapping):
        raise ValueError(
            f'resample of FreqFusion must be a dict of options or None, got {resample!r}'
        )
    unknown = sorted(set(resample) - set(OPTIONS_OF_RESAMPLING))
    if unknown:
        raise ValueError(
            f'resample of FreqFusion has no option {unknown}, only {[*OPTIONS_OF_RESAMPLING]}'
        )


class GuidedResampling(nn.Module):
    """Move groups of channels to where the guides are more like their neighbours.

    A zero offset changes nothing. The offsets are not zero at the start of training: as in the
    original code, whose Xavier start undoes a smaller one.

    Args:
        channels: of the map that moves.
        width: of both guides, a multiple of 8.
        groups: of channels, each with offsets of its own.
        concat: True predicts from the guides and the cosines of neighbours side by side, as
            published for detection; False the offsets from the cosines and their scales from the
            guides, as for segmentation.
    """

    def __init__(self, channels: int, width: int, *, groups: int = 4, concat: bool = True) -> None:
        super().__init__()
        if groups < 1 or channels % groups:
            raise ValueError(
                f'FreqFusion needs channels that its groups divide, got channels={channels} and '
                f'groups={groups}; set groups of resample to a divisor of {channels}'
            )
        self.groups, self.concat = groups, concat
        both, outputs = width + NEIGHBORS, 2 * groups  # axis, group
        widths = (both, both) if concat else (NEIGHBORS, width)
        self.norm_coarse = nn.GroupNorm(width // CHANNELS_OF_A_NORM, width)
        self.norm_fine = nn.GroupNorm(width // CHANNELS_OF_A_NORM, width)
        self.offset_coarse, self.scale_coarse = _convs(widths, outputs * SCALE**2)
        self.offset_fine, self.scale_fine = _convs(widths, outputs)

    def forward(self, x: Tensor, coarse: Tensor, fine: Tensor) -> Tensor:
        """(B, C, H, W), guides (B, D, h, w) and (B, D, H, W) -> (B, C, H, W)."""
        offset = self.predict_offset(coarse, fine)
        grid = pixel_grid(x.shape[2:], like=offset).unsqueeze(2)
        return sample_groups(x, grid + rescaled_offset(offset, coarse.shape[2:]))

    def predict_offset(self, coarse: Tensor, fine: Tensor) -> Tensor:
        """Guides (B, D, h, w), (B, D, H, W) -> (B, 2, G, H, W) in coarse pixels, x before y."""
        deep, own = self._features(self.norm_coarse(coarse)), self._features(self.norm_fine(fine))
        size = fine.shape[2:]
        offset = _refine(self.offset_coarse(deep[0]), size) + self.offset_fine(own[0])
        scale = _refine(self.scale_coarse(deep[1]), size) + self.scale_fine(own[1])
        return (offset * scale.sigmoid()).unflatten(1, (2, self.groups))

    def _features(self, guide: Tensor) -> tuple[Tensor, Tensor]:
        """What the offsets, and what their scales are predicted from."""
        cosines = neighbor_cosines(guide, distance=DISTANCE).to(guide.dtype)
        if not self.concat:
            return cosines, guide
        both = torch.cat([guide, cosines], dim=1)
        return both, both


def _convs(widths: tuple[int, int], outputs: int) -> list[nn.Conv2d]:
    convs = [nn.Conv2d(width, outputs, 3, padding=1) for width in widths]
    for conv in convs:
        xavier_init(conv, distribution='uniform')
    return convs


def _refine(places: Tensor, size: tuple[int, int]) -> Tensor:
    """(B, 4 D, h, w) -> (B, D, H, W): values of the four places in a pixel, resized bilinearly."""
    places = F.pixel_shuffle(places.to(at_least_float32(places)), SCALE)
    # Also where they have the size: a comparison would bind the sizes of an exported graph.
    return F.interpolate(places, size, mode='bilinear')


def _window(side: int) -> Tensor:
    """(side * side,): the Hamming window, row by row."""
    row = torch.hamming_window(side, periodic=False, dtype=torch.float64)
    return torch.outer(row, row).flatten().float()
