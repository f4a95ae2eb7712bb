"""mmseg's UPerNet head (arXiv 1807.10221) with the slots of arXiv 2412.08671."""

from collections.abc import Sequence

import torch
from mmseg.models.decode_heads import UPerHead
from mmseg.registry import MODELS
from mmseg.utils import ConfigType
from torch import Tensor

from mmseg_scr.decoders.pyramid_slots import (
    DEFAULT_ALIGNER,
    build_aligners,
    build_context,
    check_maps,
)
from mmseg_scr.ops.resize import resize_bilinear


@MODELS.register_module()
class AlignedUPerHead(UPerHead):
    """UPerHead whose top-down path upsamples by an aligner, whose top may be another context.

    With the aligner ``Bilinear`` and no context it is UPerHead. All of UPerHead's weights keep
    their keys, so its checkpoints load; only ``aligners.*`` and ``context.*`` are added.

    Args:
        aligner: config of the upsampling, see :mod:`mmseg_scr.aligners`; one instance a step.
        context: config of the top of the pyramid, which then reads all maps, see
            :mod:`mmseg_scr.contexts`; None is UPerHead's own pyramid pooling of the last map.
        **kwargs: of mmseg's ``UPerHead``. ``pool_scales`` has no effect beside a context. The parts
            normalise by ``norm_cfg``, or BN where it is None.

    Raises:
        ValueError: a single map.

    Example:
        >>> import torch
        >>> widths = [64, 128, 256, 512]
        >>> maps = [torch.rand(1, c, 64 // s, 96 // s) for c, s in zip(widths, (4, 8, 16, 32))]
        >>> options = dict(in_channels=widths, in_index=[0, 1, 2, 3], channels=32, num_classes=19)
        >>> AlignedUPerHead(context=dict(type='CRM'), **options).eval()(maps).shape
        torch.Size([1, 19, 16, 24])
    """

    def __init__(
        self, *, aligner: ConfigType = DEFAULT_ALIGNER, context: ConfigType | None = None, **kwargs
    ) -> None:
        super().__init__(**kwargs)
        shared = dict(
            channels=self.channels, norm_cfg=self.norm_cfg, align_corners=self.align_corners
        )
        self.aligners = build_aligners(aligner, self.in_channels, **shared)
        self.context = None
        if context is not None:
            self.context = build_context(context, self.in_channels, **shared)
            del self.psp_modules, self.bottleneck  # distributed training stops at idle weights

    def psp_forward(self, inputs: Sequence[Tensor]) -> Tensor:
        """Maps (B, C_l, h_l, w_l), fine to coarse -> (B, channels, h, w) of the last."""
        return super().psp_forward(inputs) if self.context is None else self.context(inputs)

    def _forward_feature(self, inputs: Sequence[Tensor]) -> Tensor:
        check_maps(inputs, self.in_index, self.in_channels)
        stages = self._transform_inputs(inputs)
        level = self.psp_forward(stages)
        outs = [level]
        for stage, lateral, aligner, smooth in zip(
            stages[-2::-1],
            reversed(self.lateral_convs),
            reversed(self.aligners),
            reversed(self.fpn_convs),
            strict=True,
        ):
            fine = lateral(stage)
            level = fine + aligner(level, fine)
            outs.insert(0, smooth(level))
        size = level.shape[2:]
        resized = [resize_bilinear(x, size, align_corners=self.align_corners) for x in outs[1:]]
        return self.fpn_bottleneck(torch.cat([outs[0], *resized], dim=1))
