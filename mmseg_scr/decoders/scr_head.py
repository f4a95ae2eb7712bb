"""The decode head of arXiv 2412.08671: a feature pyramid with SRM as its upsampling."""

from collections.abc import Mapping, Sequence

from mmcv.cnn import ConvModule
from mmseg.models.decode_heads.decode_head import BaseDecodeHead
from mmseg.registry import MODELS
from mmseg.utils import ConfigType, SampleList
from torch import Tensor, nn

from mmseg_scr.decoders.classifier_slot import DEFAULT_CONTRAST, ClassifierSlot
from mmseg_scr.decoders.pyramid_slots import (
    BN,
    DEFAULT_ALIGNER,
    build_aligners,
    build_context,
    check_maps,
    check_several,
)
from mmseg_scr.slots import build_slot

DEFAULT_CONTEXT = dict(type='CRM')
DEFAULT_FUSION = dict(type='ConcatConvModule')
NOTHING = dict(type=nn.Identity)
PLAIN = dict(type='PlainClassifier')
NO_EFFECT = dict(act_cfg=dict(type='ReLU'), conv_cfg=None)  # mmseg's defaults


@MODELS.register_module()
class SCRHead(ClassifierSlot, BaseDecodeHead):
    """Context on top of a pyramid, aligned upsampling down it, all levels fused for the classifier.

    Args:
        in_channels: widths of the backbone's maps, fine to coarse.
        channels: width of every level of the pyramid.
        context: config of the top of the pyramid, see :mod:`mmseg_scr.contexts`.
        aligner: config of the upsampling, see :mod:`mmseg_scr.aligners`; one instance a step.
        smoothing: config of what every level below the top passes after it has been handed down the
            pyramid, (B, channels, h, w) -> same, such as a ``ConvModule``; None for nothing.
        fusion: config of (levels, (H, W)) -> (B, channels, H, W), the input of the classifier.
        classifier: config of what refines the logits, see :mod:`mmseg_scr.classifiers`; None for
            the head's 1x1 convolution alone.
        contrast: config of the contrast term, or None for no term.
        norm_cfg: config of the normalisations of the head and its parts; None is none for the
            laterals and the smoothing, and BN for the other parts.
        in_index: which of the backbone's maps are used; all by default.
        **kwargs: of mmseg's ``BaseDecodeHead``, without ``act_cfg`` and ``conv_cfg``.

    Raises:
        ValueError: a single map, an ``act_cfg`` or a ``conv_cfg``, or another number of outputs
            than classes beside a classifier.

    Example:
        >>> import torch
        >>> widths = [32, 64, 160, 256]
        >>> head = SCRHead(widths, num_classes=11).eval()
        >>> maps = [torch.rand(1, c, 64 // s, 96 // s) for c, s in zip(widths, (4, 8, 16, 32))]
        >>> head(maps).shape
        torch.Size([1, 11, 16, 24])
    """

    def __init__(
        self,
        in_channels: Sequence[int],
        channels: int = 128,
        *,
        context: ConfigType = DEFAULT_CONTEXT,
        aligner: ConfigType = DEFAULT_ALIGNER,
        smoothing: ConfigType | None = None,
        fusion: ConfigType = DEFAULT_FUSION,
        classifier: ConfigType | None = None,
        contrast: ConfigType | None = DEFAULT_CONTRAST,
        norm_cfg: ConfigType | None = BN,
        in_index: Sequence[int] | None = None,
        **kwargs,
    ) -> None:
        widths = list(in_channels)
        check_several(widths)
        _refuse_without_effect(kwargs)
        super().__init__(
            widths,
            channels,
            norm_cfg=norm_cfg,
            in_index=list(range(len(widths)) if in_index is None else in_index),
            input_transform='multiple_select',
            **kwargs,
        )
        shared = dict(
            channels=channels,
            norm_cfg=norm_cfg,
            align_corners=self.align_corners,
            num_classes=self.num_classes,
            ignore_index=self.ignore_index,
        )
        self.laterals = nn.ModuleList(
            ConvModule(width, channels, 1, norm_cfg=norm_cfg) for width in widths[:-1]
        )
        self.context = build_context(context, widths, **shared)
        self.aligners = build_aligners(aligner, widths, **shared)
        levels = [channels] * len(widths)
        self._build_convolutions(smoothing, fusion, levels, shared)
        self.fill_slots(PLAIN if classifier is None else classifier, contrast, levels)

    def forward(self, inputs: Sequence[Tensor]) -> Tensor:
        """The backbone's maps (B, C_l, h_l, w_l), fine to coarse -> logits (B, K, h_1, w_1)."""
        return self.classify(self.pyramid(inputs))

    def loss(
        self,
        inputs: Sequence[Tensor],
        batch_data_samples: SampleList,
        train_cfg: ConfigType | None = None,
    ) -> dict[str, Tensor]:
        """The terms of Eq. 12, each under its own ``loss_*`` key, and mmseg's ``acc_seg``."""
        return super().loss(inputs, batch_data_samples, train_cfg)

    def pyramid(self, inputs: Sequence[Tensor]) -> list[Tensor]:
        """The backbone's maps -> the levels (B, channels, h_l, w_l), fine to coarse."""
        check_maps(inputs, self.in_index, self.in_channels)
        stages = self._transform_inputs(inputs)
        levels = [self.context(stages)]
        for stage, lateral, aligner in zip(
            stages[-2::-1], reversed(self.laterals), reversed(self.aligners), strict=True
        ):
            fine = lateral(stage)
            levels.append(aligner(levels[-1], fine) + fine)
        *finer, top = reversed(levels)
        return [*(smooth(x) for smooth, x in zip(self.smoothing, finer, strict=True)), top]

    def classify(self, levels: Sequence[Tensor]) -> Tensor:
        """The levels of the pyramid -> logits at the size of the finest."""
        fused = self.fusion(levels, levels[0].shape[2:])
        return self.cls_seg(fused, compared=levels)  # before they are mixed

    def _build_convolutions(
        self,
        smoothing: ConfigType | None,
        fusion: ConfigType,
        levels: Sequence[int],
        shared: Mapping[str, object],
    ) -> None:
        width = self.channels
        smoothing = NOTHING if smoothing is None else smoothing
        same = dict(shared, in_channels=width, out_channels=width)
        self.smoothing = nn.ModuleList(
            build_slot('smoothing', smoothing, ['ConvModule'], **same) for _ in levels[1:]
        )
        fused = dict(shared, in_channels=levels, out_channels=width)
        fused['norm_cfg'] = self.norm_cfg or BN
        self.fusion = build_slot('fusion', fusion, ['ConcatConvModule'], **fused)


def _refuse_without_effect(options: Mapping[str, object]) -> None:
    for name, default in NO_EFFECT.items():
        if options.get(name, default) != default:
            raise ValueError(
                f'{name}={options[name]!r} would have no effect on SCRHead; leave it out, or set '
                'it in the config of a part that takes it, as smoothing, a ConvModule, does'
            )
