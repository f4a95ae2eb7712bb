"""Trained models of any config of mmseg, each with the test set of its own config."""

import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

from mmengine.config import Config
from mmengine.runner.checkpoint import CheckpointLoader
from mmseg.models import BaseSegmentor
from mmseg.registry import DATASETS
from torch.utils.data import Dataset

from mmseg_scr.checks.checkpoints import only_safe_checkpoints, require_safe_checkpoint
from mmseg_scr.datasets import check_folders
from mmseg_scr.datasets.configured import lazy
from mmseg_scr.hooks.checkpoint_report import describe, fill_model
from mmseg_scr.prediction import pick_device
from mmseg_scr.prediction.model import build_network
from mmseg_scr.runs.sample import ignored_label
from mmseg_scr.weights.config_text import read_config_text
from mmseg_scr.weights.loading import SCHEME, load_weights


@dataclass(frozen=True)
class TrainedModel:
    """A segmentor in evaluation mode and the test set that its config names.

    Attributes:
        title: in legends and file names.
        network: on its device.
        config: of its training.
        dataset: built, its files not yet looked for.
    """

    title: str
    network: BaseSegmentor
    config: Config
    dataset: Dataset

    @property
    def classes(self) -> tuple[str, ...]:
        """Names, in the order of their numbers."""
        return tuple(self.dataset.metainfo['classes'])

    @property
    def palette(self) -> list[Sequence[int]]:
        """RGB colour of each class."""
        return list(self.dataset.metainfo['palette'])

    @property
    def ignore_index(self) -> int:
        """Label of pixels that the metrics of the config do not count."""
        return ignored_label(self.config)

    def test_set(self) -> Dataset:
        """The test set, its files listed.

        Raises:
            FileNotFoundError: a folder of it does not exist.
        """
        check_folders(self.config, 'test_dataloader')
        self.dataset.full_init()
        return self.dataset


@contextmanager
def load_models(
    pairs: Sequence[tuple[Path | None, Path | str]],
    titles: Sequence[str],
    *,
    device: str = 'cpu',
    trusted: bool = False,
) -> Iterator[list[TrainedModel]]:
    """Build the models of configs with their checkpoints; inside of the block, files are data.

    Args:
        pairs: config of each model and its checkpoint, a file or an address that mmengine reads,
            such as ``mmseg_scr://NAME`` of a shipped one, which needs no config (None).
        titles: one a pair, all different.
        device: of the models.
        trusted: read checkpoints in full, though they can run code.

    Raises:
        ValueError: a device that torch cannot use, a checkpoint that does not fill the model, or
            data sets of other classes.
        UnsafeCheckpointError: reading a checkpoint could run code.
    """
    pick_device(device)
    configs = [read_config(*pair) for pair in pairs]
    with only_safe_checkpoints([c.model for c in configs], trusted=trusted):
        models = []
        for title, config, (_, checkpoint) in zip(titles, configs, pairs, strict=True):
            if not trusted and '://' not in str(checkpoint):
                require_safe_checkpoint(checkpoint)
            models.append(_load(title, config, str(checkpoint), device))
        require_same_classes(models)
        yield models


def read_config(config: Path | None, checkpoint: Path | str) -> Config:
    """The config of a model; of a shipped one that has no file, what its checkpoint holds."""
    if config is not None:
        return Config.fromfile(config)
    text = load_weights(str(checkpoint).removeprefix(SCHEME))['meta']['cfg']
    read_config_text(text)  # refuses what mmengine would run
    return Config.fromstring(text, '.py')


def _load(title: str, config: Config, checkpoint: str, device: str) -> TrainedModel:
    if config.get('test_dataloader') is None:
        raise ValueError(f'the config of {title} has no test_dataloader, whose images are shown')
    network = build_network(deepcopy(config))  # without weights to start from
    content = CheckpointLoader.load_checkpoint(checkpoint, 'cpu', logger='silent')
    comparison = fill_model(network, content.get('state_dict', content))
    if not comparison.fills_model:
        raise ValueError(
            f'{checkpoint} does not fill the model of {title}, whose figures would show random '
            f'weights. {describe(comparison)}'
        )
    dataset = DATASETS.build(lazy(config.test_dataloader.dataset))
    return TrainedModel(title, network.to(device).eval(), config, dataset)


def require_same_classes(models: Sequence[TrainedModel]) -> None:
    """Refuse models that tell other classes apart.

    Raises:
        ValueError: naming two models, and the first class that differs.
    """
    for first, model in itertools.pairwise(models):
        if model.classes == first.classes:
            continue
        counted = itertools.zip_longest(first.classes, model.classes)
        index, (one, other) = next((i, p) for i, p in enumerate(counted) if p[0] != p[1])
        raise ValueError(
            f'{first.title} has {len(first.classes)} classes and {model.title} '
            f'{len(model.classes)}; class {index} is {one!r} and {other!r}: only models of the '
            'same classes in the same order are compared'
        )
