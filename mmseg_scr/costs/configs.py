"""Costs of configs, beside the published ones."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mmengine.config import Config
from mmengine.logging import print_log
from mmengine.registry import init_default_scope
from mmseg.registry import MODELS

from mmseg_scr.costs.count import ModelCost, count_costs
from mmseg_scr.costs.published import ADE20K, BDD100K, CITYSCAPES, PUBLISHED, PublishedRow
from mmseg_scr.datasets.configured import first_dataset, type_name

# The sizes that the papers count at.
EVALUATION_SHAPES = {
    'ADE20KDataset': ADE20K,
    'BDD100KDataset': BDD100K,
    'CityscapesDataset': CITYSCAPES,
}
# Where parts go among those of other models; parts with other names go between the two groups.
FIRST_PARTS = (
    'backbone',
    'context',
    'laterals',
    *(f'aligner to stride {stride}' for stride in (16, 8, 4)),
)
LAST_PARTS = ('fusion', 'classifier', 'rest')


class UnknownSizeError(ValueError):
    """Configs do not tell the size of the images that they are evaluated on."""


@dataclass(frozen=True)
class Comparison:
    """An own number beside the published one, None where nothing was published."""

    own: float
    published: float | None

    @property
    def difference(self) -> float | None:
        """In percent of the published number, None without one."""
        return None if self.published is None else 100 * (self.own / self.published - 1)


@dataclass(frozen=True)
class ConfigCost:
    """What a config costs at ``shape`` (H, W), and what was published for it, if anything was."""

    config: str
    options: Mapping[str, object]
    shape: tuple[int, int]
    cost: ModelCost
    published: PublishedRow | None

    def __str__(self) -> str:
        options = (f'{k.removeprefix("model.decode_head.")}={v}' for k, v in self.options.items())
        return ' '.join([self.config, *options])

    @property
    def size(self) -> str:
        """Height and width for a table."""
        return 'x'.join(map(str, self.shape))

    @property
    def count(self) -> str:
        """Name of the count that the published one compares with."""
        return 'full' if self.published and self.published.products else 'paper'

    @property
    def parameters(self) -> Comparison:
        """In 1e6."""
        published = self.published.parameters if self.published else None
        return Comparison(self.cost.total.parameters / 1e6, published)

    @property
    def macs(self) -> Comparison:
        """Multiply-adds in 1e9, by the count that the published ones compare with."""
        published = self.published.macs if self.published else None
        return Comparison(getattr(self.cost.total, self.count) / 1e9, published)


def count_configs(
    paths: Sequence[Path],
    *,
    shape: tuple[int, int] | None = None,
    options: Mapping[str, object] | None = None,
) -> list[ConfigCost]:
    """Costs of the models of config files. No weights are loaded.

    Args:
        paths: the files.
        shape: (H, W) of the image; the evaluation size of each config's dataset by default.
        options: overrides of all configs, as of ``--cfg-options``.

    Returns:
        One cost a config, without those that need a package that is not installed: they are left
        out with a warning.

    Raises:
        UnknownSizeError: no ``shape``, and configs tell none; nothing was counted then.
        ImportError: every config needs a package that is not installed.
    """
    options = dict(options or {})
    configs = [Config.fromfile(path) for path in paths]
    for config in configs:
        config.merge_from_dict(options)
    shapes = [shape or _evaluation_shape(config) for config in configs]
    unknown = [path.name for path, known in zip(paths, shapes, strict=True) if not known]
    if unknown:
        raise UnknownSizeError(
            f'the size of the images is not told by {", ".join(unknown)}; give a shape'
        )
    known = zip(paths, configs, shapes, strict=True)
    counted = [_count_if_installed(path, config, size, options) for path, config, size in known]
    if paths and not any(counted):
        raise ImportError('no config is left whose packages are installed; see the warnings')
    return list(filter(None, counted))


def count_published(root: Path) -> list[ConfigCost]:
    """Costs for all published rows whose config is somewhere below ``root``.

    A row whose config needs a package that is not installed is left out, with a warning.
    """
    files = {path.stem: path for path in root.rglob('*.py')}
    rows = [(files[row.config], row.shape) for row in PUBLISHED if row.config in files]
    counted = [_count_if_installed(path, Config.fromfile(path), size, {}) for path, size in rows]
    return list(filter(None, counted))


def order_parts(counted: Sequence[ConfigCost]) -> list[str]:
    """Names of the parts of all models, each once; the order of the models does not matter."""
    names = {name for c in counted for name in c.cost.parts}
    between = sorted(names.difference(FIRST_PARTS, LAST_PARTS))
    return [name for name in (*FIRST_PARTS, *between, *LAST_PARTS) if name in names]


def _count_if_installed(
    path: Path, config: Config, shape: tuple[int, int], options: Mapping[str, object]
) -> ConfigCost | None:
    try:
        return _count_config(path.stem, config, tuple(shape), options)
    except ImportError as error:
        print_log(f'{path.stem} is left out: {error}', 'current', logging.WARNING)
        return None


def _count_config(
    name: str, config: Config, shape: tuple[int, int], options: Mapping[str, object]
) -> ConfigCost:
    init_default_scope(config.get('default_scope', 'mmseg'))
    rows = [row for row in PUBLISHED if (row.config, row.shape) == (name, shape) and not options]
    cost = count_costs(MODELS.build(config.model), shape)
    return ConfigCost(name, options, shape, cost, published=rows[0] if rows else None)


def _evaluation_shape(config: Config) -> tuple[int, int] | None:
    dataset = first_dataset(config) or first_dataset(config, 'val_dataloader')
    known = EVALUATION_SHAPES.get(type_name(dataset)) if dataset else None
    if known:
        return known
    for step in dataset.get('pipeline') or []:
        if type_name(step) == 'Resize' and step.get('scale'):
            width, height = _pair(step['scale'])
            return height, width
    return _pair(config.get('crop_size'))


def _pair(size: int | tuple[int, int] | None) -> tuple[int, int] | None:
    return (size, size) if isinstance(size, int) else size
