"""Atrous Spatial Pyramid Pooling of DeepLabv3 (arXiv 1706.05587), written from its Sec. 3.3.

Separable branches are from DeepLabv3+ (arXiv 1802.02611). Original code (TensorFlow models) and
mmseg's ``ASPPHead``: Apache-2.0. Differs: it reads all stages, pooled and concatenated (Eq. 7 of
arXiv 2412.08671), at stride 32, where a rate of 18 sees little but padding, so that the rates are
halved once more; branches are separable; the average of one image trains too. As in mmseg, and not
in the paper, the projection is a 3x3 convolution.
"""

from collections.abc import Sequence

from mmseg.registry import MODELS
from torch import Tensor, nn

from mmseg_scr.checks.norms import require_norm_of_one_pixel
from mmseg_scr.layers import PooledConvModule
from mmseg_scr.ops.stages import concat_stages
from mmseg_scr.slots import build_slot

RATES = (3, 6, 9)  # 6, 12, 18 at stride 16 in the paper
BRANCHES = ('DilatedBranch', 'SeparableBranch')
PROJECTIONS = ('ConcatConvModule',)
BRANCH = dict(type='SeparableBranch')
PROJECTION = dict(type='ConcatConvModule', kernel_size=3)


@MODELS.register_module()
class ASPP(nn.Module):
    """All stages on one grid, convolved at several rates and beside their mean, then projected.

    Args:
        in_channels: widths of the backbone's maps.
        channels: width of every branch and of the result.
        norm_cfg: config of the normalisations.
        rates: dilations of the 3x3 branches; a 1x1 branch and the mean are always there.
        branch: config of a 3x3 branch, :class:`SeparableBranch` or :class:`DilatedBranch`.
        projection: config of (list of maps, size) -> map; ``kernel_size=1`` is the paper's.
        dropout_ratio: share of the result's values that training sets to zero.

    Raises:
        TypeError: a part that is for another slot.
        ValueError: ``rates`` that are no whole numbers of 1 or more, a ``branch`` that sets a rate
            of its own, or ``norm_cfg`` is an instance normalisation.
    """

    def __init__(
        self,
        in_channels: Sequence[int],
        channels: int,
        *,
        norm_cfg: dict,
        rates: Sequence[int] = RATES,
        branch: dict = BRANCH,
        projection: dict = PROJECTION,
        dropout_ratio: float = 0.1,
    ) -> None:
        super().__init__()
        _check_rates(rates, branch)
        shared = dict(in_channels=sum(in_channels), channels=channels, norm_cfg=norm_cfg)
        self.mean = PooledConvModule(shared['in_channels'], channels, 1, norm_cfg=norm_cfg)
        require_norm_of_one_pixel('ASPP', self.mean.norm)
        self.point = PooledConvModule(shared['in_channels'], channels, 1, norm_cfg=norm_cfg)
        self.dilated = nn.ModuleList(
            build_slot('branch of ASPP', branch, BRANCHES, rate=rate, **shared) for rate in rates
        )
        shared |= dict(in_channels=[channels] * (2 + len(rates)), out_channels=channels)
        self.projection = build_slot('projection of ASPP', projection, PROJECTIONS, **shared)
        self.dropout = nn.Dropout(dropout_ratio)

    def forward(self, stages: Sequence[Tensor]) -> Tensor:
        """Maps (B, C_l, h_l, w_l), fine to coarse -> (B, channels, h, w) of the last."""
        x = concat_stages(stages)
        mean = self.mean(x.mean(dim=(2, 3), keepdim=True))
        branches = [mean, self.point(x), *(branch(x) for branch in self.dilated)]
        return self.dropout(self.projection(branches, x.shape[2:]))


def _check_rates(rates: Sequence[int], branch: dict) -> None:
    whole = isinstance(rates, Sequence) and all(isinstance(rate, int) for rate in rates)
    if not whole or any(rate < 1 for rate in rates):
        raise ValueError(f'rates of ASPP must be whole numbers of 1 or more, got {rates!r}')
    if isinstance(branch, dict) and 'rate' in branch:
        raise ValueError(
            f'branch of ASPP takes its rate from rates={tuple(rates)}, got rate={branch["rate"]} '
            'for all of them; set rates instead'
        )


@MODELS.register_module()
class DilatedBranch(PooledConvModule):
    """3x3 convolution at a rate, normalisation, ReLU.

    Args:
        in_channels: width of the map.
        channels: width of the result.
        rate: pixels from a tap to the next.
        norm_cfg: config of the normalisation.
    """

    def __init__(self, in_channels: int, channels: int, *, rate: int, norm_cfg: dict) -> None:
        super().__init__(in_channels, channels, 3, padding=rate, dilation=rate, norm_cfg=norm_cfg)


@MODELS.register_module()
class SeparableBranch(nn.Sequential):
    """3x3 convolution of each channel at a rate and 1x1 of all, both with normalisation and ReLU.

    Args:
        in_channels: width of the map.
        channels: width of the result.
        rate: pixels from a tap to the next.
        norm_cfg: config of the normalisations.
    """

    def __init__(self, in_channels: int, channels: int, *, rate: int, norm_cfg: dict) -> None:
        each = dict(groups=in_channels, padding=rate, dilation=rate, norm_cfg=norm_cfg)
        super().__init__(
            PooledConvModule(in_channels, in_channels, 3, **each),
            PooledConvModule(in_channels, channels, 1, norm_cfg=norm_cfg),
        )
