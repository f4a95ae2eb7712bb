"""The slots *classifier* and *contrast* of a decode head, for our head and for those of mmseg.

Training terms travel one way: while ``loss`` runs, the head writes down what it classifies; then
the classifier names further logits, the head supervises them, and the contrast reads the record.
"""

from collections.abc import Sequence
from inspect import signature

import torch.nn.functional as F
from mmseg.models.decode_heads.decode_head import BaseDecodeHead
from mmseg.utils import ConfigType, SampleList
from torch import Tensor, nn

from mmseg_scr import classifiers, losses
from mmseg_scr.classifiers import PlainClassifier
from mmseg_scr.decoders.classified import Classified, check_graph, only_map
from mmseg_scr.decoders.pyramid_slots import BN
from mmseg_scr.decoders.sample_check import check_samples
from mmseg_scr.slots import build_slot

DEFAULT_CONTRAST = dict(type='PixelContrastLoss')


class ClassifierSlot:
    """Comes before a ``BaseDecodeHead`` among the bases: its ``cls_seg`` then asks a part.

    ``classifier`` refines the logits of the head's own 1x1 convolution, ``contrast`` (None for no
    term) is added in training. ``fill_slots`` makes both after the head is constructed; nothing of
    the head changes its name, so its checkpoints load.
    """

    classifier: nn.Module
    contrast: nn.Module | None
    _record: list[Classified] | None = None  # a list as long as ``loss`` runs

    def fill_slots(
        self,
        classifier: ConfigType,
        contrast: ConfigType | None,
        compared: int | Sequence[int] | None = None,
    ) -> None:
        """Build the parts.

        Args:
            classifier: config, see :mod:`mmseg_scr.classifiers`.
            contrast: config, see :mod:`mmseg_scr.losses`, or None for no term.
            compared: width of the map, or of each level, that the contrast compares; by default of
                the map that is classified.

        Raises:
            ValueError: a single class, or a classifier that is not plain, and another number of
                outputs than classes.
        """
        self._check_classes()
        width = self.conv_seg.in_channels
        known = dict(
            channels=width,
            norm_cfg=self.norm_cfg or BN,
            align_corners=self.align_corners,
            num_classes=self.num_classes,
            ignore_index=self.ignore_index,
            threshold=self.threshold,
        )
        self.classifier = build_slot('classifier', classifier, classifiers.__all__, **known)
        if not isinstance(self.classifier, PlainClassifier):
            self._check_outputs()
        self.contrast = None
        if contrast is not None:
            known['in_channels'] = width if compared is None else compared
            self.contrast = build_slot('contrast', contrast, losses.__all__, **known)

    def cls_seg(self, feat: Tensor, compared: Tensor | Sequence[Tensor] | None = None) -> Tensor:
        """Features (B, C, h, w) -> logits (B, K, h, w); ``compared`` as of :meth:`fill_slots`."""
        plain = super().cls_seg(feat)
        logits = self.classifier(feat, plain, self.conv_seg.weight)
        if self._record is not None:
            compared = feat if compared is None else compared
            self._record.append(Classified(feat, plain, logits, compared))
        return logits

    def loss(self, *args: object, **kwargs: object) -> dict[str, Tensor]:
        """The head's own terms and those of the parts, each under its own ``loss_*`` key.

        Raises:
            ValueError: a label map has another size than its image, or the labels are on a CPU and
                one of them is no class.
            TypeError: the head does not classify one map by ``cls_seg``.
            RuntimeError: what was classified carries no gradient although the head learns.
        """
        parent = super().loss
        samples = signature(parent).bind(*args, **kwargs).arguments['batch_data_samples']
        check_samples(samples, self.num_classes, self.ignore_index)
        self._record = []
        try:
            terms = parent(*args, **kwargs)
            classified = only_map(self._record, type(self).__name__)
            self._check_graph(classified, terms)
            return terms | self._terms_of_parts(classified, samples)
        finally:
            del self._record

    def loss_by_feat(self, *args: object, **kwargs: object) -> dict[str, Tensor]:
        """The head's own terms.

        Raises:
            TypeError: in training outside of :meth:`loss`, where the terms of the parts are lost.
        """
        if self.training and self._record is None and not self._is_plain():
            raise TypeError(
                f'{type(self).__name__}.loss_by_feat was called without its loss, as K-Net calls '
                'its kernel_generate_head: the terms of classifier and contrast would be missing. '
                'Use the plain head there (of SCRHead: classifier=None, contrast=None)'
            )
        return super().loss_by_feat(*args, **kwargs)

    def _terms_of_parts(self, classified: Classified, samples: SampleList) -> dict[str, Tensor]:
        features, plain, logits, compared = classified
        labels = self._stack_batch_gt(samples)
        labels = (labels[0] if isinstance(labels, tuple) else labels).squeeze(1)  # with outlines
        further, own = self.classifier.training_terms(
            features, plain, self.conv_seg.weight, logits, labels
        )
        terms = {
            f'{key}_{name}': factor * term
            for name, (others, factor) in further.items()
            for key, term in self._supervise(others, samples).items()
            if key.startswith('loss')
        }
        terms |= own
        if self.contrast is not None:
            terms['loss_contrast'] = self.contrast(compared, logits, labels)
        return terms

    def _supervise(self, logits: Tensor, batch_data_samples: SampleList) -> dict[str, Tensor]:
        """The losses of the head on other logits; without its accuracy, for which devices wait."""
        if self._owner_of_loss() is not BaseDecodeHead:
            return self.loss_by_feat(logits, batch_data_samples)
        labels = self._stack_batch_gt(batch_data_samples)
        size = labels.shape[2:]
        logits = F.interpolate(logits, size, mode='bilinear', align_corners=self.align_corners)
        weight = None if self.sampler is None else self.sampler.sample(logits, labels)
        terms = {}
        several = isinstance(self.loss_decode, nn.ModuleList)
        for loss in self.loss_decode if several else [self.loss_decode]:
            options = dict(weight=weight, ignore_index=self.ignore_index)
            term = loss(logits, labels.squeeze(1), **options)
            terms[loss.loss_name] = terms.get(loss.loss_name, 0) + term
        return terms

    def _owner_of_loss(self) -> type:
        """The class whose ``loss_by_feat`` is the head's own."""
        others = (base for base in type(self).__mro__ if base is not ClassifierSlot)
        return next(base for base in others if 'loss_by_feat' in vars(base))

    def _check_graph(self, classified: Classified, terms: dict[str, Tensor]) -> None:
        others = ('conv_seg.', 'classifier.', 'contrast.')
        before = (p for name, p in self.named_parameters() if not name.startswith(others))
        check_graph(
            classified,
            before=before,
            convolution=self.conv_seg.parameters(),
            terms=terms.values(),
            head=type(self).__name__,
        )

    def _is_plain(self) -> bool:
        return isinstance(self.classifier, PlainClassifier) and self.contrast is None

    def _check_classes(self) -> None:
        if self.num_classes < 2:
            raise ValueError(
                f'{config_type(self)} has num_classes={self.num_classes}, but there are two with '
                'the background: label it 0 and set num_classes=2; for a single logit also '
                'out_channels=1, with a sigmoid loss'
            )

    def _check_outputs(self) -> None:
        outputs = self.conv_seg.out_channels
        if outputs != self.num_classes:
            raise ValueError(
                f'{config_type(self)} has {outputs} outputs for {self.num_classes} classes, but '
                f'{type(self.classifier).__name__} needs one for each class; set out_channels to '
                'num_classes, with a loss of as many logits, or leave the classifier plain'
            )


def config_type(head: nn.Module) -> str:
    """The type of a head, of one that was extended by the slots without the prefix."""
    return type(head).__name__.removeprefix('Extended')
