"""mmseg's feature pyramid neck (arXiv 1612.03144) with the slots of arXiv 2412.08671.

The neck is where a coarse and a fine map meet: ``FPNHead`` (Semantic FPN) upsamples each level on
its own, so an aligner there would have no guide. The head on top stays mmseg's.
"""

from collections.abc import Sequence

import torch.nn.functional as F
from mmengine.model import PretrainedInit, initialize
from mmseg.models.necks import FPN
from mmseg.registry import MODELS
from mmseg.utils import ConfigType
from torch import Tensor

from mmseg_scr.decoders.pyramid_slots import (
    DEFAULT_ALIGNER,
    build_aligners,
    build_context,
    check_maps,
    refuse_replaced_option,
)


@MODELS.register_module()
class AlignedFPN(FPN):
    """FPN whose top-down path upsamples by an aligner, whose top may be a context of all maps.

    With the aligner ``Bilinear`` and no context it is FPN with ``upsample_cfg`` bilinear; FPN's own
    default is nearest. All of FPN's weights keep their keys, so its checkpoints load; only
    ``aligners.*`` and ``context.*`` are added, the latter in place of the last lateral.

    Args:
        in_channels: widths of the backbone's maps, fine to coarse.
        out_channels: width of every level of the pyramid.
        num_outs: number of levels.
        aligner: config of the upsampling, see :mod:`mmseg_scr.aligners`; one instance a step.
        context: config of the top of the pyramid, which reads the maps from ``start_level`` to
            ``end_level``, see :mod:`mmseg_scr.contexts`; None is FPN's lateral of the last map.
        norm_cfg: of FPN's convolutions, None for none. The parts normalise by it, or by BN where it
            is None; a part's config may set ``norm_cfg`` itself, to SyncBN for one.
        align_corners: of the parts.
        **kwargs: of mmseg's ``FPN``, without ``upsample_cfg``.

    Raises:
        TypeError: ``upsample_cfg`` is given.
        ValueError: a single map.

    Example:
        >>> import torch
        >>> widths = [32, 64, 160, 256]
        >>> maps = [torch.rand(1, c, 64 // s, 96 // s) for c, s in zip(widths, (4, 8, 16, 32))]
        >>> [tuple(level.shape) for level in AlignedFPN(widths, 16, 4).eval()(maps)][::3]
        [(1, 16, 16, 24), (1, 16, 2, 3)]
    """

    def __init__(
        self,
        in_channels: list[int],
        out_channels: int,
        num_outs: int,
        *,
        aligner: ConfigType = DEFAULT_ALIGNER,
        context: ConfigType | None = None,
        norm_cfg: ConfigType | None = None,
        align_corners: bool = False,
        **kwargs,
    ) -> None:
        refuse_replaced_option(kwargs, 'upsample_cfg')
        super().__init__(in_channels, out_channels, num_outs, norm_cfg=norm_cfg, **kwargs)
        widths = self._used(in_channels)
        shared = dict(channels=out_channels, norm_cfg=norm_cfg, align_corners=align_corners)
        self.aligners = build_aligners(aligner, widths, **shared)
        self.context = None
        if context is not None:
            self.context = build_context(context, widths, **shared)
            del self.lateral_convs[-1]  # distributed training stops at idle weights

    def init_weights(self) -> None:
        """As FPN, whose rule draws every convolution, but the parts keep the start of their own."""
        own = {
            name: value.clone()
            for name, value in self.state_dict().items()
            if name.startswith(('aligners.', 'context.'))
        }
        super().init_weights()
        self.load_state_dict(own, strict=False)
        if pretrained := _rules_that_load(self.init_cfg):
            initialize(self, pretrained)  # what a checkpoint has of the parts counts

    def forward(self, inputs: Sequence[Tensor]) -> tuple[Tensor, ...]:
        """The backbone's maps (B, C_l, h_l, w_l) -> levels (B, out_channels, ...), fine to coarse.

        The first levels have the sizes of the maps, each further one half of the one before.
        """
        check_maps(inputs, range(len(inputs)), self.in_channels)
        stages = self._used(inputs)
        levels = self._top_down(stages)
        outs = [conv(level) for conv, level in zip(self.fpn_convs, levels, strict=False)]
        if not self.add_extra_convs:
            while len(outs) < self.num_outs:
                outs.append(F.max_pool2d(outs[-1], 1, stride=2))
            return tuple(outs)
        x = dict(on_input=stages, on_lateral=levels, on_output=outs)[self.add_extra_convs][-1]
        for number, conv in enumerate(list(self.fpn_convs)[len(levels) :]):
            x = conv(x.relu() if number and self.relu_before_extra_convs else x)
            outs.append(x)
        return tuple(outs)

    def _top_down(self, stages: Sequence[Tensor]) -> list[Tensor]:
        laterals = [conv(x) for conv, x in zip(self.lateral_convs, stages, strict=False)]
        if self.context is not None:
            laterals.append(self.context(stages))
        *finer, level = laterals
        levels = [level]
        for fine, aligner in zip(reversed(finer), reversed(self.aligners), strict=True):
            level = fine + aligner(level, fine)
            levels.insert(0, level)
        return levels

    def _used(self, of_every_map: Sequence) -> Sequence:
        return of_every_map[self.start_level : self.backbone_end_level]


def _rules_that_load(init_cfg: ConfigType | list[ConfigType] | None) -> list[ConfigType]:
    rules = init_cfg if isinstance(init_cfg, list) else [init_cfg]
    return [rule for rule in rules if rule and rule['type'] in ('Pretrained', PretrainedInit)]
