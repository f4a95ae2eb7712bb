"""mmseg's SegFormer head (arXiv 2105.15203) with the aligners of arXiv 2412.08671."""

from collections.abc import Sequence

import torch
from mmseg.models.decode_heads import SegformerHead
from mmseg.registry import MODELS
from mmseg.utils import ConfigType
from torch import Tensor, nn

from mmseg_scr.decoders.pyramid_slots import (
    DEFAULT_ALIGNER,
    build_aligners,
    check_maps,
    refuse_replaced_option,
)


@MODELS.register_module()
class AlignedSegformerHead(SegformerHead):
    """SegformerHead whose coarser maps are upsampled by aligners, each straight to the finest map.

    Ratios are 2, 4 and 8, the guide is the finest map after its 1x1 convolution. With the aligner
    ``Bilinear`` it is SegformerHead. All of its weights keep their keys, so its checkpoints load;
    only ``aligners.*`` is added.

    Here the finest map is concatenated and not added. A part that says so by ``completed_by_sum``,
    as ``FADE`` with its gate and ``FreqFusion``, gets its sum all the same: what is concatenated is
    its result plus the finest map, the fusion of its paper. ``AlignFA``, whose result counts on the
    sum too, is concatenated as it is, as in 0.3.0: the convolution after it can add.

    Args:
        aligner: config of the upsampling, see :mod:`mmseg_scr.aligners`; one instance a map.
        **kwargs: of mmseg's ``SegformerHead``, without ``interpolate_mode``. The aligners normalise
            by ``norm_cfg``, or BN where it is None.

    Raises:
        TypeError: ``interpolate_mode`` is given.
        ValueError: a single map.

    Example:
        >>> import torch
        >>> widths = [32, 64, 160, 256]
        >>> maps = [torch.rand(1, c, 64 // s, 96 // s) for c, s in zip(widths, (4, 8, 16, 32))]
        >>> options = dict(in_channels=widths, in_index=[0, 1, 2, 3], channels=32, num_classes=19)
        >>> AlignedSegformerHead(**options).eval()(maps).shape
        torch.Size([1, 19, 16, 24])
    """

    def __init__(self, *, aligner: ConfigType = DEFAULT_ALIGNER, **kwargs) -> None:
        refuse_replaced_option(kwargs, 'interpolate_mode')
        super().__init__(**kwargs)
        self.aligners = build_aligners(
            aligner,
            self.in_channels,
            channels=self.channels,
            norm_cfg=self.norm_cfg,
            align_corners=self.align_corners,
        )

    def forward(self, inputs: Sequence[Tensor]) -> Tensor:
        """The backbone's maps (B, C_l, h_l, w_l), fine to coarse -> logits (B, K, h_1, w_1)."""
        check_maps(inputs, self.in_index, self.in_channels)
        stages = self._transform_inputs(inputs)
        fine, *coarser = [conv(x) for conv, x in zip(self.convs, stages, strict=True)]
        aligned = [
            _fused(aligner, coarse, fine)
            for aligner, coarse in zip(self.aligners, coarser, strict=True)
        ]
        return self.cls_seg(self.fusion_conv(torch.cat([fine, *aligned], dim=1)))


def _fused(aligner: nn.Module, coarse: Tensor, fine: Tensor) -> Tensor:
    """(B, C, h, w), (B, C, H, W) -> (B, C, H, W), whole without the sum of a pyramid."""
    aligned = aligner(coarse, fine)
    return aligned + fine if getattr(aligner, 'completed_by_sum', False) else aligned
