"""Stops a run whose datasets are empty or name files that do not exist."""

from collections.abc import Iterator

from mmengine.hooks import Hook
from mmengine.registry import HOOKS
from mmengine.runner import Runner
from torch.utils.data import Dataset

from mmseg_scr.checks import missing_files, missing_files_message, no_samples_message


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
        check_dataset(runner.train_dataloader.dataset)
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


def check_dataset(dataset: Dataset) -> None:
    """Raise if a dataset, or one inside of it, has no samples or files that do not exist.

    Only local files are looked for, images always, label maps if the pipeline loads them. Samples
    without an ``img_path``, drawn or read from an archive, have nothing to miss.

    Raises:
        ValueError: a dataset has no samples.
        FileNotFoundError: some of its files do not exist.
    """
    for leaf in _leaves(dataset):
        if len(leaf) == 0:
            raise ValueError(no_samples_message(type(leaf).__name__, _settings(leaf, 'img_suffix')))
        backend = (getattr(leaf, 'backend_args', None) or {}).get('backend', 'local')
        if not hasattr(leaf, 'get_data_info') or backend != 'local':
            continue
        samples = [leaf.get_data_info(i) for i in range(len(leaf))]
        _require_files(leaf, samples, 'images', 'img_path', 'img_suffix')
        if _loads_labels(leaf):
            _require_files(leaf, samples, 'label maps', 'seg_map_path', 'seg_map_suffix')


def _leaves(dataset: Dataset) -> Iterator[Dataset]:
    """The datasets that wrappers (concatenation, repetition, mixing, subset) finally read from."""
    inner = getattr(dataset, 'datasets', None) or getattr(dataset, 'dataset', None)
    if inner is None:
        yield dataset
        return
    for part in inner if isinstance(inner, list | tuple) else [inner]:
        yield from _leaves(part)


def _loads_labels(dataset: Dataset) -> bool:
    transforms = getattr(getattr(dataset, 'pipeline', None), 'transforms', [])
    return any('Annotation' in type(transform).__name__ for transform in transforms)


def _require_files(
    dataset: Dataset, samples: list[dict], what: str, path_key: str, suffix_key: str
) -> None:
    paths = [str(sample[path_key]) for sample in samples if sample.get(path_key)]
    missing = list(missing_files(path for path in paths if '://' not in path))
    if missing:
        owner, settings = type(dataset).__name__, _settings(dataset, suffix_key)
        raise FileNotFoundError(
            missing_files_message(missing, len(paths), what=what, owner=owner, settings=settings)
        )


def _settings(dataset: Dataset, suffix_key: str) -> str:
    names = ('data_root', 'data_prefix', 'ann_file', suffix_key)
    return ' '.join(f'{name}={getattr(dataset, name, None)!r}' for name in names)
