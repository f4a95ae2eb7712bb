"""A context-aware classifier, or a contrast term, for any decode head of mmseg.

The wrapped head is an instance of a class that is made for it: its own class with
:class:`ClassifierSlot` in front. It takes the place of the head in every respect, cascades
included, and its parameters keep their names.
"""

from copy import copy
from functools import cache

from mmseg.models.decode_heads.decode_head import BaseDecodeHead
from mmseg.registry import MODELS
from mmseg.utils import ConfigType
from torch import nn

from mmseg_scr.classifiers import PlainClassifier
from mmseg_scr.decoders.classifier_slot import DEFAULT_CONTRAST, ClassifierSlot, config_type

DEFAULT_CLASSIFIER = dict(type='ContextAwareClassifier')


@MODELS.register_module()
def ContextAwareHead(  # noqa: N802  (configs name it as a type)
    head: ConfigType,
    *,
    classifier: ConfigType = DEFAULT_CLASSIFIER,
    contrast: ConfigType | None = None,
) -> BaseDecodeHead:
    """Build a decode head whose classifier adapts to the image (AAAI 2023, arXiv 2303.11633).

    Args:
        head: config of the head. It must classify one map, by its ``cls_seg`` and a 1x1 convolution
            ``conv_seg``.
        classifier: config of the classifier, see :mod:`mmseg_scr.classifiers`.
        contrast: config of a contrast term on the features before ``conv_seg``; None for no term.

    Returns:
        The head. Checkpoints of the plain head load; only the classifier's own keys are missing.

    Raises:
        TypeError: no config of a decode head, or a head of mmseg whose loss reads several maps.
        ValueError: the head has no such ``conv_seg``, such a slot already, or another number of
            outputs than classes and a classifier that is not plain.
    """
    head_class, options = _class_and_options(head)
    if issubclass(head_class, ClassifierSlot):
        return _fill_own_slot(head_class, options, classifier, contrast)
    built = extended_class(head_class)(**options)
    _check_convolution(built)
    built.fill_slots(classifier, contrast)
    if not isinstance(built.classifier, PlainClassifier):
        _check_loss(head_class)
    return built


@MODELS.register_module()
def ContrastHead(  # noqa: N802  (configs name it as a type)
    head: ConfigType, *, contrast: ConfigType = DEFAULT_CONTRAST
) -> BaseDecodeHead:
    """Build a decode head with a contrast term on the features before its ``conv_seg``.

    Args:
        head: as of :func:`ContextAwareHead`.
        contrast: config of the term. It is part of training alone.
    """
    return ContextAwareHead(head, classifier=dict(type='PlainClassifier'), contrast=contrast)


@cache
def extended_class(head_class: type[BaseDecodeHead]) -> type[BaseDecodeHead]:
    """``head_class`` with the slots. Instances can be copied and pickled."""
    restore = dict(__reduce__=lambda head: (_new_extended, (head_class,), copy(head.__dict__)))
    return type(f'Extended{head_class.__name__}', (ClassifierSlot, head_class), restore)


def _new_extended(head_class: type[BaseDecodeHead]) -> BaseDecodeHead:
    extended = extended_class(head_class)
    return extended.__new__(extended)


def _class_and_options(head: ConfigType) -> tuple[type[BaseDecodeHead], dict]:
    if not isinstance(head, dict) or 'type' not in head:
        raise TypeError(f"head must be the config of a decode head, with a 'type'; got {head!r}")
    options = {name: value for name, value in head.items() if name != '_scope_'}
    head_class = options.pop('type')
    if isinstance(head_class, str):
        head_class = MODELS.get(head_class)
    if head_class in (ContextAwareHead, ContrastHead):
        raise ValueError(
            f'head is a {head_class.__name__} already; give classifier and contrast to one of the '
            'two, not one around the other'
        )
    if not (isinstance(head_class, type) and issubclass(head_class, BaseDecodeHead)):
        raise TypeError(f'head must be a decode head of mmseg, got type {head["type"]!r}')
    return head_class, options


def _fill_own_slot(
    head_class: type[BaseDecodeHead],
    options: dict,
    classifier: ConfigType,
    contrast: ConfigType | None,
) -> BaseDecodeHead:
    name = head_class.__name__
    if contrast is not None:
        raise ValueError(f'{name} has a contrast slot of its own: set contrast there')
    if options.get('classifier') is not None:
        raise ValueError(f'{name} has the classifier {options["classifier"]} already')
    return head_class(**{**options, 'classifier': classifier})


def _check_loss(head_class: type[BaseDecodeHead]) -> None:
    loss = head_class.loss_by_feat
    if loss is not BaseDecodeHead.loss_by_feat and loss.__module__.startswith('mmseg.'):
        raise TypeError(
            f'{head_class.__name__} has a loss of several maps; a context-aware classifier needs a '
            'head whose loss reads its logits alone'
        )


def _check_convolution(head: BaseDecodeHead) -> None:
    name, conv = config_type(head), getattr(head, 'conv_seg', None)
    if not (isinstance(conv, nn.Conv2d) and conv.kernel_size == (1, 1) and conv.groups == 1):
        raise ValueError(
            f'{name}.conv_seg is {conv}; a classifier needs a head with a 1x1 Conv2d there'
        )
