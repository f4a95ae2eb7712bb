"""The slot *classifier* of a decode head, for our head and for those of mmseg."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from inspect import signature

import torch.nn.functional as F
from mmseg.models.decode_heads.decode_head import BaseDecodeHead
from mmseg.utils import SampleList
from torch import Tensor, nn

Call = tuple[tuple[Tensor, ...], Tensor]  # what a classifier was given and what it returned


class ClassifierSlot:
    """Comes before a ``BaseDecodeHead`` among the bases: its ``cls_seg`` then asks a part.

    ``classifier`` refines the logits of the head's own 1x1 convolution, ``contrast`` (None for no
    term) is added in training. Both are assigned after the head is constructed; nothing of the head
    changes its name, so its checkpoints load.
    """

    classifier: nn.Module
    contrast: nn.Module | None

    def cls_seg(self, feat: Tensor) -> Tensor:
        """Features (B, C, h, w) -> logits (B, K, h, w)."""
        return self.classifier(feat, super().cls_seg(feat), self.conv_seg.weight)

    @property
    def contrasted(self) -> nn.Module:
        """The module whose first input is what the contrast compares."""
        return self.classifier

    def loss(self, *args: object, **kwargs: object) -> dict[str, Tensor]:
        """The head's own terms and those of the parts, each under its own ``loss_*`` key."""
        parent = super().loss
        samples = signature(parent).bind(*args, **kwargs).arguments['batch_data_samples']
        with recorded_calls(self.classifier) as calls, recorded_calls(self.contrasted) as others:
            terms = parent(*args, **kwargs)
        inputs, logits = self.only_call(calls)
        labels = self._stack_batch_gt(samples).squeeze(1)
        supervise = partial(self._supervise, batch_data_samples=samples)
        terms |= self.classifier.training_losses(*inputs, logits, labels, supervise)
        if self.contrast is not None:
            (features, *_), _ = self.only_call(others)
            terms['loss_contrast'] = self.contrast(features, logits, labels)
        return terms

    def only_call(self, calls: Sequence[Call]) -> Call:
        """The single call, or an error for heads that do not classify one map by ``cls_seg``."""
        if len(calls) != 1:
            raise TypeError(
                f'{type(self).__name__} classified {len(calls)} maps in one forward; a classifier '
                'or contrast part fits heads that call cls_seg once'
            )
        return calls[0]

    def _supervise(self, logits: Tensor, batch_data_samples: SampleList) -> dict[str, Tensor]:
        """The losses of the head on other logits; without its accuracy, for which devices wait."""
        if type(self).loss_by_feat is not BaseDecodeHead.loss_by_feat:
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


@contextmanager
def recorded_calls(module: nn.Module) -> Iterator[list[Call]]:
    """Collect what ``module`` is given and what it returns, as long as the context is open."""
    calls = []
    handle = module.register_forward_hook(lambda _, given, result: calls.append((given, result)))
    try:
        yield calls
    finally:
        handle.remove()
