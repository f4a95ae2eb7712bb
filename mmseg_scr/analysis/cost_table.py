"""Costs of configs as Markdown, beside the published ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmseg.registry import MODELS

from mmseg_scr.analysis.complexity import Cost, ModelCost, count_costs
from mmseg_scr.analysis.published import ADE20K, BDD100K, CITYSCAPES, PUBLISHED, PublishedRow

# The sizes that the papers count at.
EVALUATION_SHAPES = {
    'ADE20KDataset': ADE20K,
    'BDD100KDataset': BDD100K,
    'CityscapesDataset': CITYSCAPES,
}
LEGEND = """\
G is 1e9 multiply-adds for one image, which the papers call GFLOPs.

- paper: convolutions and linear layers by the size of their output, biases, normalisations; no
  products of attention, activations, pooling, resizing or sampling. The method's paper counts so.
- full: paper + the matrix products of attention (of SegNeXt: of its matrix decomposition).
- executed: convolutions and matrix products that really run, without biases and normalisations."""
PARTS_HEADER = '| part | parameters | paper G | full G | executed G |\n|---|---:|---:|---:|---:|'
PUBLISHED_HEADER = """\
| config | size | count | M published | M own | % | G published | G own | % |
|---|---|---|---:|---:|---:|---:|---:|---:|"""


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

    Raises:
        ValueError: no ``shape``, and a config tells none.
    """
    return [_count_config(path, shape, options or {}) for path in paths]


def count_published(root: Path) -> list[ConfigCost]:
    """Costs for all published rows whose config is somewhere below ``root``."""
    files = {path.stem: path for path in root.rglob('*.py')}
    rows = [row for row in PUBLISHED if row.config in files]
    return [_count_config(files[row.config], row.shape, row.options) for row in rows]


def format_costs(counted: Sequence[ConfigCost], *, with_parts: bool) -> str:
    """Markdown: the legend, the parts of each model if asked for, published against own costs."""
    parts = [_parts_table(c) for c in counted] if with_parts else []
    compared = [_compared_row(c, c.published) for c in counted if c.published]
    comparison = '\n'.join([PUBLISHED_HEADER, *compared]) if compared else ''
    return '\n\n'.join(filter(None, [LEGEND, *parts, comparison]))


def _count_config(
    path: Path, shape: tuple[int, int] | None, options: Mapping[str, object]
) -> ConfigCost:
    config = Config.fromfile(path)
    config.merge_from_dict(dict(options))
    init_default_scope(config.get('default_scope', 'mmseg'))
    key = (path.stem, options, tuple(shape or _evaluation_shape(config, path)))
    row = next((row for row in PUBLISHED if (row.config, row.options, row.shape) == key), None)
    return ConfigCost(*key, cost=count_costs(MODELS.build(config.model), key[-1]), published=row)


def _evaluation_shape(config: Config, path: Path) -> tuple[int, int]:
    dataset = config.get('test_dataloader', {}).get('dataset', {})
    known = EVALUATION_SHAPES.get(str(dataset.get('type')).rpartition('.')[2])
    if known:
        return known
    for step in dataset.get('pipeline', []):
        if step['type'] == 'Resize' and 'scale' in step:
            width, height = step['scale']
            return height, width
    if 'crop_size' in config:
        return config.crop_size
    raise ValueError(f'{path.name} does not tell the size of its images; give a shape')


def _parts_table(counted: ConfigCost) -> str:
    rows = [*counted.cost.parts.items(), ('**total**', counted.cost.total)]
    lines = [f'### {counted} at {counted.size}', '', PARTS_HEADER]
    lines += [f'| {label} | {cost.parameters:,} | {_gigas(cost)} |' for label, cost in rows]
    lines.append(f'| training only | {counted.cost.training_only:,} | | | |')
    return '\n'.join(lines)


def _gigas(cost: Cost) -> str:
    return ' | '.join(f'{count / 1e9:.2f}' for count in (cost.paper, cost.full, cost.executed))


def _compared_row(counted: ConfigCost, row: PublishedRow) -> str:
    total = counted.cost.total
    numbers = [
        (row.parameters, total.parameters / 1e6),
        (row.macs, (total.full if row.products else total.paper) / 1e9),
    ]
    cells = [str(counted), counted.size, 'full' if row.products else 'paper']
    for published, own in numbers:
        cells += [f'{published:.2f}', f'{own:.2f}', f'{100 * (own / published - 1):+.2f}']
    return f'| {" | ".join(cells)} |'
