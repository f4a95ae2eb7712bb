"""Stops a run whose datasets are empty or name files that do not exist."""

import os
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from mmengine.dataset import BaseDataset
from mmengine.hooks import Hook
from mmengine.registry import HOOKS
from mmengine.runner import Runner
from torch.utils.data import Dataset

from mmseg_scr.checks import (
    missing_files,
    missing_files_message,
    no_labels_message,
    no_samples_message,
)
from mmseg_scr.hooks.dataset_tree import leaves, steps


class Kind(NamedTuple):
    """A kind of files: its name, where a sample has the paths, the option that ends their names."""

    what: str
    keys: tuple[str, ...]
    suffix: str


IMAGES = Kind('images', ('img_path', 'img_path2'), 'img_suffix')
LABELS = Kind('label maps', ('seg_map_path',), 'seg_map_suffix')
LOADER, LENIENT_LOADER = 'LoadAnnotations', 'LoadNamedAnnotations'
OWNERS = 'mmseg.', 'mmseg_scr.'  # an annotation of other packages may be no label map


@HOOKS.register_module()
class DataCheckHook(Hook):
    """Runs :func:`check_dataset` on every dataset of a run before its first iteration.

    An empty training set would otherwise make mmengine's infinite sampler wait for ever, and a
    missing label map would show after minutes, in a worker process.
    """

    def __init__(self) -> None:
        self.training = False

    def before_train(self, runner: Runner) -> None:
        """Check the training and the validation set."""
        self.training = True
        check_dataset(runner.train_dataloader.dataset, training=True)
        if runner.val_loop is not None:
            check_dataset(runner.val_dataloader.dataset)

    def after_train(self, runner: Runner) -> None:
        """Validation after this is a run of its own."""
        self.training = False

    def before_val(self, runner: Runner) -> None:
        """Check the validation set, once in a run."""
        if not self.training:
            check_dataset(runner.val_dataloader.dataset)

    def before_test(self, runner: Runner) -> None:
        """Check the test set."""
        check_dataset(runner.test_dataloader.dataset)


def check_dataset(dataset: Dataset, *, training: bool = False) -> None:
    """Raise if a dataset, or one inside of it, has no samples, no labels or files that are missing.

    Only local files are looked for, images always, label maps if the pipeline loads them. Samples
    without an ``img_path``, drawn or read from an archive, have nothing to miss.

    Args:
        dataset: built, its samples listed.
        training: labels are needed also where their loader does without, as in inference.

    Raises:
        ValueError: a dataset has no samples, or none of them has the label map that it needs.
        FileNotFoundError: some of its files do not exist.
    """
    for leaf in leaves(dataset):
        if len(leaf) == 0:
            owner, settings = type(leaf).__name__, _settings(leaf, 'img_suffix')
            raise ValueError(no_samples_message(owner, settings))
        backend = (getattr(leaf, 'backend_args', None) or {}).get('backend', 'local')
        if hasattr(leaf, 'get_data_info') and backend == 'local':
            _require_files(leaf, _needs_labels(leaf, training))


def _require_files(dataset: Dataset, needs_labels: bool) -> None:
    kinds = [IMAGES, LABELS] if _loads_labels(dataset) else [IMAGES]
    for kind, paths in zip(kinds, _paths(dataset, kinds), strict=True):
        if needs_labels and kind is LABELS and not paths:
            settings = _settings(dataset, kind.suffix)
            raise ValueError(no_labels_message(type(dataset).__name__, settings))
        missing = list(missing_files(path for path in paths if '://' not in path))
        if missing:
            owner, settings = type(dataset).__name__, _settings(dataset, kind.suffix)
            raise FileNotFoundError(
                missing_files_message(
                    missing, len(paths), what=kind.what, owner=owner, settings=settings
                )
            )


def _loads_labels(dataset: Dataset) -> bool:
    pipeline = getattr(dataset, 'pipeline', None)
    return any('Annotation' in type(step).__name__ for step in steps(pipeline))


def _needs_labels(dataset: Dataset, training: bool) -> bool:
    """Whether a step reads ``seg_map_path`` of every sample, as mmseg's own loader does."""
    names = (LOADER, LENIENT_LOADER) if training else (LOADER,)
    kinds = (type(step) for step in steps(getattr(dataset, 'pipeline', None)))
    return any(kind.__name__ in names and kind.__module__.startswith(OWNERS) for kind in kinds)


def _paths(dataset: Dataset, kinds: Sequence[Kind]) -> list[list[str]]:
    """The paths of each kind; nothing else is kept of the samples, which may be many."""
    paths = [[] for _ in kinds]
    for sample in _samples(dataset):
        for kind, found in zip(kinds, paths, strict=True):
            for value in (sample.get(key) for key in kind.keys):
                several = value if isinstance(value, list | tuple) else [value]
                found.extend(os.fspath(p) for p in several if isinstance(p, str | os.PathLike))
    return paths


def _samples(dataset: Dataset) -> Iterator[dict]:
    """The entries; as they lie in memory if they do, for ``get_data_info`` copies each deeply."""
    if type(dataset).get_data_info is BaseDataset.get_data_info and dataset.data_list:
        return iter(dataset.data_list)
    return (dataset.get_data_info(i) for i in range(len(dataset)))


def _settings(dataset: Dataset, suffix: str) -> str:
    names = ('data_root', 'data_prefix', 'ann_file', suffix)
    return ' '.join(f'{name}={getattr(dataset, name, None)!r}' for name in names)
