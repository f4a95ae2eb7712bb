"""The configs of the tree: where they are, what their names say, what they inherit."""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from mmengine.config import Config, ConfigDict

CONFIGS = Path(__file__).parents[2] / 'configs'
# A config for own images is complete on purpose, to be copied; test_own_data.py has its rules.
# Studies are plans of tools/ablate.py, which name configs.
OTHERS = ('_base_', 'own_data', 'studies')
LEAVES = sorted(p for p in CONFIGS.glob('*/*.py') if p.parent.name not in OTHERS)
# {method}[-{slot}-{value}]..._{backbone}_{gpus}xb{batch}-{schedule}_{dataset}-{H}x{W}.py
NAME = re.compile(
    r'(?P<method>[a-z0-9]+)(?P<slots>(-[a-z]+-[a-z0-9.]+)*)'
    r'_(?P<backbone>[a-z]+-[a-z0-9]+)'
    r'_(?P<gpus>\d+)xb(?P<batch>\d+)-(?P<schedule>[a-z]+-\d+k?)'
    r'_(?P<dataset>[a-z0-9]+(-[a-z]+)?)-(?P<height>\d+)x(?P<width>\d+)\.py'
)
FOLDERS_OF_ABLATIONS = ('ablation', 'frmseg')
RECIPES_OF_STUDIES = (
    'adamw-2500_street-scenes',
    'adamw-10k_street-scenes',
    'adamw-3300_camvid',
)
FOLDERS_OF_EXTENDED_DECODERS = ('context_aware', 'stock_decoders', 'demo')
WRAPPERS = {  # around a head of mmseg: the slot that they add, and what is in it by default
    'ContextAwareHead': ('classifier', dict(type='ContextAwareClassifier')),
    'ContrastHead': ('contrast', dict(type='PixelContrastLoss')),
}
AS_PUBLISHED = {  # in UPerNet or SegFormer, by their papers
    'FADE': dict(gate=False),
    'SAPA': dict(width=32),
    'DySample': dict(form='pl', dynamic_scope=True),
    'FreqFusion': dict(width=128, hamming=False, resample=dict(concat=False)),
}
SUPERVISED_ON_THE_ESTIMATE = dict(plain_weight=0.0, oracle_weight=0.0, distillation=None)
# Keys of the terms that a classifier adds, by what a config's name calls it.
ADDED_LOSSES = {
    'contextaware': ('loss_ce_plain', 'loss_ce_oracle', 'loss_distill'),
    'ocr': ('loss_ce_plain',),
}
SUFFIX = re.compile('(classifier|contrastloss)$')  # of types; names do without


def each(paths: Iterable[Path]) -> pytest.MarkDecorator:
    """Parametrise a test over configs, by the argument ``path``."""
    return pytest.mark.parametrize('path', paths, ids=lambda p: p.stem)


each_leaf = each(LEAVES)


def slots(path: Path) -> dict[str, str]:
    """Slot -> value, as the name says."""
    match = NAME.fullmatch(path.name)
    words = match['slots'].split('-')[1:] if match else []
    return dict(zip(words[::2], words[1::2], strict=True))


ABLATIONS = [p for p in LEAVES if p.parent.name in FOLDERS_OF_ABLATIONS and slots(p)]
STUDIES = [p for p in LEAVES if any(recipe in p.name for recipe in RECIPES_OF_STUDIES)]
EXTENDED = [
    p
    for p in LEAVES
    if p.parent.name in FOLDERS_OF_EXTENDED_DECODERS and slots(p) and p not in STUDIES
]


def bases(path: Path) -> list[Path]:
    """The files that a config names as its bases."""
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.Assign) and node.targets[0].id == '_base_':
            value = ast.literal_eval(node.value)
            return [path.parent / name for name in ([value] if isinstance(value, str) else value)]
    return []


def bases_merged(path: Path) -> ConfigDict:
    """What a config would be if it said nothing of its own."""
    merged = ConfigDict()
    for base in bases(path):
        merged |= Config.fromfile(base, import_custom_modules=False)._cfg_dict
    return merged


def decode_heads(config: Config) -> list[ConfigDict]:
    """Configs of the decode heads; a cascade has several."""
    heads = config.model.decode_head
    return heads if isinstance(heads, list) else [heads]


def train_pipeline(config: Config) -> list[ConfigDict]:
    """The steps of the (first) training data set."""
    dataset = config.train_dataloader.dataset
    return dataset.datasets[0].pipeline if 'datasets' in dataset else dataset.pipeline


def part_name(options: dict) -> str:
    """What a config's name calls a part with these options."""
    own = {key: options[key] for key in options if key not in ('type', 'norm_cfg')}
    if own == SUPERVISED_ON_THE_ESTIMATE:
        return 'estimated'
    if own == AS_PUBLISHED.get(options['type']):
        own = {}
    assert not own, f'no name tells {own}'
    return SUFFIX.sub('', options['type'].lower())


def flat(settings: dict, prefix: tuple = ()) -> Iterator[tuple[tuple, object]]:
    """(key, key below it, ...) and value of every setting that is no dict, or an empty one."""
    for key, value in settings.items():
        if isinstance(value, dict) and value:
            yield from flat(value, (*prefix, key))
        else:
            yield (*prefix, key), value
