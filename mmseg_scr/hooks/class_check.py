"""Warns of class counts that disagree, and of classes that training never sees."""

from collections.abc import Iterator, Sequence

import torch
from mmengine.hooks import Hook
from mmengine.model import BaseTTAModel, is_model_wrapper
from mmengine.registry import HOOKS
from mmengine.runner import Runner
from mmseg.models.decode_heads import STDCHead
from mmseg.models.decode_heads.decode_head import BaseDecodeHead
from torch import nn
from torch.utils.data import Dataset

from mmseg_scr.checks.classes import absent_classes_message, other_counts, other_counts_message
from mmseg_scr.hooks.dataset_tree import leaves, steps

HEADS = ('decode_head', 'auxiliary_head')
STRIDE = 4  # of the pixels that are looked at, so that a step of training is not held up
OWN_TARGETS = (STDCHead,)  # supervised on outlines, not on the classes of the dataset


@HOOKS.register_module()
class ClassCheckHook(Hook):
    """Compares the classes of heads, dataset and labels; it only warns, once for each.

    Before a run, ``num_classes`` of the decode and auxiliary heads and of ``CheckLabels`` are
    compared with the classes in the dataset's ``metainfo``. While a model is trained, the classes
    of its labels are noted, on the CPU, as they were cropped and at every fourth pixel of every
    fourth row, until all have been seen or as many samples have passed in this process as the
    dataset has; then, or when training ends before, the classes that never occurred are named.
    """

    def __init__(self) -> None:
        self.names: Sequence[str] = ()
        self.seen = torch.zeros(0, dtype=torch.bool)
        self.samples = 0
        self.dataset_name = ''
        self.dataset_size = 0
        self.watching = False

    def before_train(self, runner: Runner) -> None:
        """Compare the counts, and begin to note which classes occur."""
        dataset = runner.train_dataloader.dataset
        warn_of_counts(runner, dataset)
        self.names = _classes(dataset)
        self.seen = torch.zeros(len(self.names), dtype=torch.bool)
        self.dataset_name = _name(dataset)
        self.dataset_size = sum(map(len, leaves(dataset)))  # of which wrappers repeat
        self.samples, self.watching = 0, len(self.names) > 0

    def after_train_iter(
        self,
        runner: Runner,
        batch_idx: int,
        data_batch: dict | None = None,
        outputs: dict | None = None,
    ) -> None:
        """Note the classes of a batch's labels."""
        if not self.watching:
            return
        for label in _labels(data_batch):
            label = label[..., ::STRIDE, ::STRIDE]
            known = label[(label >= 0) & (label < len(self.seen))].long()
            self.seen |= torch.bincount(known, minlength=len(self.seen)) > 0
            self.samples += 1
        if self.seen.all():
            self.watching = False
        elif self.samples >= self.dataset_size:
            self._warn_of_absent(runner)

    def after_train(self, runner: Runner) -> None:
        """Name the classes that never occurred, if training was short."""
        if self.watching and self.samples:
            self._warn_of_absent(runner)

    def before_test(self, runner: Runner) -> None:
        """Compare the counts."""
        warn_of_counts(runner, runner.test_dataloader.dataset)

    def _warn_of_absent(self, runner: Runner) -> None:
        self.watching = False
        absent = [name for name, seen in zip(self.names, self.seen, strict=True) if not seen]
        runner.logger.warning(
            absent_classes_message(absent, self.samples, dataset=self.dataset_name)
        )


def warn_of_counts(runner: Runner, dataset: Dataset) -> None:
    """Warn where a head or ``CheckLabels`` counts other classes than the dataset."""
    classes = len(_classes(dataset))
    counts = dict(_heads(runner.model)) | {
        f'CheckLabels.num_classes of {_name(leaf)}': step.num_classes
        for leaf in leaves(dataset)
        for step in steps(getattr(leaf, 'pipeline', None))
        if type(step).__name__ == 'CheckLabels'
    }
    wrong = other_counts(counts, classes)
    if classes and wrong:
        runner.logger.warning(other_counts_message(wrong, classes, dataset=_name(dataset)))


def _heads(model: nn.Module) -> Iterator[tuple[str, int]]:
    """Setting and number of classes of the heads that learn the dataset's classes."""
    while is_model_wrapper(model) or isinstance(model, BaseTTAModel):
        model = model.module
    for key in HEADS:
        for name, module in getattr(model, key, nn.Identity()).named_modules(prefix=key):
            if isinstance(module, BaseDecodeHead) and not isinstance(module, OWN_TARGETS):
                yield f'{name}.num_classes', module.num_classes


def _classes(dataset: Dataset) -> Sequence[str]:
    """Names of the classes; none where a dataset does not tell."""
    return next((m['classes'] for m in _metas(dataset) if m.get('classes')), ())


def _metas(dataset: Dataset) -> Iterator[dict]:
    for leaf in leaves(dataset):
        yield getattr(leaf, 'metainfo', None) or {}


def _name(dataset: Dataset) -> str:
    return type(next(leaves(dataset))).__name__


def _labels(data_batch: dict | None) -> Iterator[torch.Tensor]:
    """The label maps of a batch, where they are on a CPU."""
    samples = data_batch.get('data_samples', ()) if isinstance(data_batch, dict) else ()
    for sample in samples:
        label = getattr(getattr(sample, 'gt_sem_seg', None), 'data', None)
        if isinstance(label, torch.Tensor) and label.device.type == 'cpu':
            yield label
