"""Hamburger, matrix factorisation as context (arXiv 2109.04553), as in SegNeXt (arXiv 2209.08575).

Written from the equations. Original code: Enjoy-Hamburger, GPL-3.0; SegNeXt and mmseg's
``LightHamHead``: Apache-2.0. Differs: the bases that evaluation starts from are drawn once and
saved, where the originals draw at every forward, so that two evaluations of one image differ; all
four stages are pooled to the grid of the last one (Eq. 7 of arXiv 2412.08671), not three resized to
1/8 of the image; normalisations are the head's, not of groups of 32.
"""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from mmseg.registry import MODELS
from torch import Tensor, nn

from mmseg_scr.checks.numbers import require_positive
from mmseg_scr.layers import PooledConvModule
from mmseg_scr.ops.nmf import approximate_by_nmf
from mmseg_scr.ops.precision import at_least_float32
from mmseg_scr.ops.stages import concat_stages

STEPS_OF_TRAINING, STEPS_OF_EVALUATION = 6, 7  # as in the original codes


@MODELS.register_module()
class Hamburger(nn.Module):
    """All stages on one grid, squeezed, approximated at a low rank beside themselves, aligned.

    Args:
        in_channels: widths of the backbone's maps.
        channels: width of the result.
        norm_cfg: config of the normalisations.
        ham_channels: width that is factorised, ``channels`` by default.
        rank: number of bases.
        random_bases: whether training draws new bases for every image, as the originals do; False
            starts from the saved ones there, too.
        one_step_gradient: as of :func:`~mmseg_scr.ops.nmf.approximate_by_nmf`.
    """

    def __init__(
        self,
        in_channels: Sequence[int],
        channels: int,
        *,
        norm_cfg: dict,
        ham_channels: int | None = None,
        rank: int = 16,
        random_bases: bool = True,
        one_step_gradient: bool = False,
    ) -> None:
        super().__init__()
        width = channels if ham_channels is None else ham_channels
        require_positive('ham_channels of Hamburger', width)
        self.squeeze = PooledConvModule(sum(in_channels), width, 1, norm_cfg=norm_cfg)
        self.ham = LowRankBlock(
            width,
            rank,
            norm_cfg=norm_cfg,
            random_bases=random_bases,
            one_step_gradient=one_step_gradient,
        )
        self.align = PooledConvModule(width, channels, 1, norm_cfg=norm_cfg)

    def forward(self, stages: Sequence[Tensor]) -> Tensor:
        """Maps (B, C_l, h_l, w_l), fine to coarse -> (B, channels, h, w) of the last."""
        return self.align(self.ham(self.squeeze(concat_stages(stages))))


class LowRankBlock(nn.Module):
    """x plus a projection of the low-rank approximation of its non-negative form, then ReLU.

    Args:
        channels: width D of the map.
        rank: number R of bases, at least 1.
        norm_cfg: config of the normalisation of what is added.
        random_bases: as of :class:`Hamburger`.
        one_step_gradient: as of :class:`Hamburger`.
    """

    def __init__(
        self,
        channels: int,
        rank: int,
        *,
        norm_cfg: dict,
        random_bases: bool = True,
        one_step_gradient: bool = False,
    ) -> None:
        super().__init__()
        require_positive('rank of Hamburger', rank)
        self.random_bases = random_bases
        self.one_step_gradient = one_step_gradient
        self.enter = PooledConvModule(channels, channels, 1, norm_cfg=None)
        self.leave = PooledConvModule(channels, channels, 1, norm_cfg=norm_cfg, act_cfg=None)
        # The same in every process: distributed training does not share buffers.
        drawn = torch.rand(channels, rank, generator=torch.Generator().manual_seed(0), device='cpu')
        self.register_buffer('bases', drawn)

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, h, w) -> (B, C, h, w), not negative."""
        entered = self.enter(x).flatten(2)  # (B, C, hw)
        steps = STEPS_OF_TRAINING if self.training else STEPS_OF_EVALUATION
        low_rank = approximate_by_nmf(
            entered,
            self._initial_bases(entered),
            steps,
            one_step_gradient=self.one_step_gradient,
        )
        return (x + self.leave(low_rank.unflatten(2, x.shape[2:]))).relu()

    def _initial_bases(self, x: Tensor) -> Tensor:
        """For x (B, C, hw): (C, R), or (B, C, R) where they are drawn; float32 at least."""
        drawn = self.bases
        if self.training and self.random_bases:
            drawn = torch.rand(x.shape[0], *drawn.shape, device=x.device)
        # Here and not once: a cast to half, or a mean of models, changes the lengths of columns.
        drawn = drawn.to(at_least_float32(drawn)).abs()
        return F.normalize(drawn, dim=-2)
