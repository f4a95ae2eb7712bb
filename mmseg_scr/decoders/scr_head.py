"""The decode head of arXiv 2412.08671: a feature pyramid with SRM as its upsampling."""

from collections.abc import Sequence
from functools import partial

from mmcv.cnn import ConvModule
from mmseg.models.decode_heads.decode_head import BaseDecodeHead
from mmseg.registry import MODELS
from mmseg.utils import ConfigType, SampleList
from torch import Tensor, nn

from mmseg_scr import aligners, classifiers, contexts, losses
from mmseg_scr.decoders.classifier_slot import ClassifierSlot
from mmseg_scr.slots import build_slot

BN = dict(type='BN', requires_grad=True)
DEFAULT_CONTEXT = dict(type='CRM')
DEFAULT_ALIGNER = dict(type='SRM')
DEFAULT_FUSION = dict(type='ConcatConvModule')
DEFAULT_CONTRAST = dict(type='PixelContrastLoss')
NOTHING = dict(type=nn.Identity)
PLAIN = dict(type='PlainClassifier')


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
        norm_cfg: config of the normalisations of the head and its parts.
        in_index: which of the backbone's maps are used; all by default.
        **kwargs: of mmseg's ``BaseDecodeHead``.

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
        norm_cfg: ConfigType = BN,
        in_index: Sequence[int] | None = None,
        **kwargs,
    ) -> None:
        widths = list(in_channels)
        if len(widths) < 2:
            raise ValueError(
                f'SCRHead needs a coarse and a fine map to align, got in_channels={widths}; name '
                'two maps or more in in_channels and in_index'
            )
        super().__init__(
            widths,
            channels,
            norm_cfg=norm_cfg,
            in_index=list(range(len(widths)) if in_index is None else in_index),
            input_transform='multiple_select',
            **kwargs,
        )
        self.laterals = nn.ModuleList(
            ConvModule(width, channels, 1, norm_cfg=norm_cfg) for width in widths[:-1]
        )
        build = partial(
            build_slot,
            channels=channels,
            norm_cfg=norm_cfg,
            align_corners=self.align_corners,
            num_classes=self.num_classes,
            ignore_index=self.ignore_index,
        )
        levels = [channels] * len(widths)
        steps = range(len(self.laterals))
        self.context = build('context', context, contexts.__all__, in_channels=widths)
        self.aligners = nn.ModuleList(build('aligner', aligner, aligners.__all__) for _ in steps)
        same = dict(in_channels=channels, out_channels=channels)
        smoothing = NOTHING if smoothing is None else smoothing
        self.smoothing = nn.ModuleList(
            build('smoothing', smoothing, ['ConvModule'], **same) for _ in steps
        )
        fused = dict(in_channels=levels, out_channels=channels)
        self.fusion = build('fusion', fusion, ['ConcatConvModule'], **fused)
        classifier = PLAIN if classifier is None else classifier
        self.classifier = build('classifier', classifier, classifiers.__all__)
        self.contrast = None
        if contrast is not None:
            self.contrast = build('contrast', contrast, losses.__all__, in_channels=levels)

    def forward(self, inputs: Sequence[Tensor]) -> Tensor:
        """The backbone's maps (B, C_l, h_l, w_l), fine to coarse -> logits (B, K, h_1, w_1)."""
        return self.classify(self.pyramid(inputs))

    def loss(
        self,
        inputs: Sequence[Tensor],
        batch_data_samples: SampleList,
        train_cfg: ConfigType | None = None,
    ) -> dict[str, Tensor]:
        """The terms of Eq. 12, each under its own ``loss_*`` key, and mmseg's ``acc_seg``.

        Raises:
            ValueError: a label map has another size than its image, or the labels are on a CPU and
                one of them is no class.
        """
        self._check_sizes(batch_data_samples)
        self._check_labels(batch_data_samples)
        return super().loss(inputs, batch_data_samples, train_cfg)

    @property
    def contrasted(self) -> nn.Module:
        """The fusion: all levels of the pyramid are compared, before they are mixed."""
        return self.fusion

    def pyramid(self, inputs: Sequence[Tensor]) -> list[Tensor]:
        """The backbone's maps -> the levels (B, channels, h_l, w_l), fine to coarse."""
        stages = self._select_stages(inputs)
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
        return self.cls_seg(self.fusion(levels, levels[0].shape[2:]))

    def _select_stages(self, inputs: Sequence[Tensor]) -> list[Tensor]:
        if len(inputs) <= max(self.in_index):
            raise ValueError(
                f'SCRHead reads the maps {self.in_index} of the backbone, which gives only '
                f'{len(inputs)}; set in_index and in_channels, or out_indices of the backbone'
            )
        stages = [inputs[i] for i in self.in_index]
        widths = [stage.shape[1] for stage in stages]
        if widths != list(self.in_channels):
            raise ValueError(
                f'SCRHead was built for in_channels={list(self.in_channels)}, the backbone gives '
                f'{widths}; set decode_head.in_channels={widths}'
            )
        return stages

    @staticmethod
    def _check_sizes(batch_data_samples: SampleList) -> None:
        for sample in batch_data_samples:
            label = tuple(sample.gt_sem_seg.data.shape[-2:])
            image = tuple(sample.metainfo.get('pad_shape', label)[:2])
            if label != image:
                raise ValueError(
                    f'the label map {sample.metainfo.get("seg_map_path", "")} is {label}, its '
                    f'image {image} (height, width, padded); both must show the same pixels'
                )

    def _check_labels(self, batch_data_samples: SampleList) -> None:
        if batch_data_samples[0].gt_sem_seg.data.is_cuda:  # looking at them would make it wait
            return
        labels = self._stack_batch_gt(batch_data_samples)
        wrong = labels[
            (labels != self.ignore_index) & ((labels < 0) | (labels >= self.num_classes))
        ]
        if len(wrong):
            raise ValueError(
                f'labels hold {wrong.unique().tolist()}, but num_classes={self.num_classes} and '
                f'ignore_index={self.ignore_index}; map the labels, set reduce_zero_label or '
                'decode_head.num_classes'
            )
