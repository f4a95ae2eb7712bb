"""DySample: learning to upsample by learning to sample (arXiv 2308.15085).

Written from the equations; the original code is MIT. Differs: the ratio need not be 2, offsets of
other ratios are resized bilinearly; positions are float32 at least.
"""

import torch.nn.functional as F
from mmengine.model import normal_init
from mmseg.registry import MODELS
from torch import Tensor, nn

from mmseg_scr.ops.precision import at_least_float32
from mmseg_scr.ops.warp import rescaled_offset, resized_grid, sample_groups

SCALE = 2  # of the grid that the offsets are predicted on, per side
STATIC_SCOPE = 0.25  # Sec. 3.2: neighbouring samples meet, and do not cross, for outputs within 1
GROUPS = {'lp': 4, 'pl': 8}  # of the published settings


@MODELS.register_module()
class DySample(nn.Module):
    """Sample the coarse map bilinearly at positions that are moved by predicted offsets.

    Of the fine map only the size counts. A zero offset is bilinear upsampling with
    ``align_corners=False``, which the start of training nearly is.

    Args:
        channels: width C of both maps.
        form: ``'lp'`` predicts the four offsets of a coarse pixel by one convolution and shuffles
            them to their places; ``'pl'`` shuffles the map first, and is cheaper. Published as
            DySample and DySample-S.
        groups: of channels, each with offsets of its own; 4 of ``'lp'`` and 8 of ``'pl'`` if None.
        dynamic_scope: True predicts the scope of the offsets, too; published with a "+".
    """

    def __init__(
        self,
        channels: int,
        *,
        form: str = 'lp',
        groups: int | None = None,
        dynamic_scope: bool = False,
    ) -> None:
        super().__init__()
        if form not in GROUPS:
            raise ValueError(f'form must be one of {[*GROUPS]}, got {form!r}')
        self.form, self.groups = form, GROUPS[form] if groups is None else groups
        width = _predicting_width(channels, form, self.groups)
        places = SCALE**2 if form == 'lp' else 1
        outputs = 2 * self.groups * places  # axis, group, row and column in a coarse pixel
        self.offset = nn.Conv2d(width, outputs, 1)
        normal_init(self.offset, std=0.001)
        self.scope = nn.Conv2d(width, outputs, 1, bias=False) if dynamic_scope else None
        if dynamic_scope:
            nn.init.zeros_(self.scope.weight)

    def forward(self, coarse: Tensor, fine: Tensor) -> Tensor:
        """(B, C, h, w), (B, C, H, W) -> (B, C, H, W)."""
        source, target = coarse.shape[2:], fine.shape[2:]
        offset = self._offset(coarse, target)
        grid = resized_grid(source, target, like=offset).unsqueeze(2)
        return sample_groups(coarse, grid + offset)

    def predict_group_offsets(self, coarse: Tensor, fine: Tensor) -> Tensor:
        """(B, C, h, w), (B, C, H, W) -> (B, 2, G, H, W) in pixels of the fine map, x first."""
        return rescaled_offset(self._offset(coarse, fine.shape[2:]), coarse.shape[2:])

    def predict_places(self, coarse: Tensor) -> Tensor:
        """(B, C, h, w) -> offsets (B, 2 G, 2h, 2w) in coarse pixels, all x before all y."""
        guide = F.pixel_shuffle(coarse, SCALE) if self.form == 'pl' else coarse
        offset = self.offset(guide)
        if self.scope is None:
            offset = STATIC_SCOPE * offset
        else:
            offset = 2 * STATIC_SCOPE * offset * self.scope(guide).sigmoid()
        return offset if self.form == 'pl' else F.pixel_shuffle(offset, SCALE)

    def _offset(self, coarse: Tensor, size: tuple[int, int]) -> Tensor:
        """(B, C, h, w) -> (B, 2, G, H, W) in coarse pixels, x first."""
        offset = self.predict_places(coarse)
        offset = offset.to(at_least_float32(offset))
        # Also where they have the size: a comparison would bind the sizes of an exported graph.
        return F.interpolate(offset, size, mode='bilinear').unflatten(1, (2, self.groups))


def _predicting_width(channels: int, form: str, groups: int) -> int:
    """Width of the map that offsets are predicted from, or ValueError."""
    if groups < 1 or channels % groups:
        raise ValueError(
            f'DySample needs channels that its groups divide, got channels={channels} and '
            f'groups={groups}; set groups to a divisor of {channels}'
        )
    if form == 'lp':
        return channels
    if channels % SCALE**2:
        raise ValueError(
            f"DySample's form 'pl' needs channels that 4 divides, got {channels}; take form='lp'"
        )
    return channels // SCALE**2
