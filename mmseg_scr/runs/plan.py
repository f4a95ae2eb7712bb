"""What a study trains: groups of methods, each from its seeds, in the order of a file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mmengine.config import Config
from mmengine.registry import init_default_scope

from mmseg_scr.runs.origin import KEY, set_origin
from mmseg_scr.runs.variants import titles_of_configs, variants_of_slot

KEYS = {'config', 'seeds'}


@dataclass(frozen=True)
class Group:
    """Methods by title; the first seed of all of them comes before the second."""

    methods: Mapping[str, Config]
    seeds: Sequence[int]


def group_of_configs(
    files: Sequence[Path], seeds: Sequence[int], *, options: Mapping[str, object] | None = None
) -> Group:
    """The methods of config files, by the shortest beginnings of their names.

    Args:
        files: each once.
        seeds: of the runs.
        options: overrides of all configs, as of ``--cfg-options``.

    Raises:
        ValueError: two files of one name.
    """
    titles = titles_of_configs([file.stem for file in files])
    return Group({t: _read(f, options) for t, f in zip(titles, files, strict=True)}, seeds)


def group_of_slot(
    file: Path,
    slot: str,
    parts: Sequence[str],
    seeds: Sequence[int],
    *,
    options: Mapping[str, object] | None = None,
) -> Group:
    """One method a part of a slot of one config, as of :func:`variants_of_slot`.

    Raises:
        ValueError: as of :func:`variants_of_slot`.
    """
    init_default_scope('mmseg')
    methods = variants_of_slot(_read(file, options), slot, parts)
    for part, config in methods.items():
        config[KEY].update(slot=slot, part=part)
    return Group(methods, seeds)


def read_plan(file: Path, *, options: Mapping[str, object] | None = None) -> list[Group]:
    """The groups of a plan, a python file with one list.

    ``groups = [dict(config=['a.py', 'b.py'], seeds=[1, 2]), dict(config='c.py', seeds=[1])]``.
    Paths are relative to the plan's folder; titles are those of all its configs side by side.
    ``options = {'train_dataloader.batch_size': 16}`` beside the list changes all configs alike.

    Args:
        file: of the plan.
        options: overrides of all configs, as of ``--cfg-options``, after the plan's own.

    Raises:
        FileNotFoundError: a config does not exist.
        ValueError: the file has no such list, or options that are no dict, or a config and seed
            stand there twice.
    """
    plan = Config.fromfile(file)
    groups = [_check_group(group, file) for group in _groups(plan, file)]
    runs = [(f, seed) for files, seeds in groups for f in files for seed in seeds]
    twice = sorted({f'{f} from seed {seed}' for f, seed in runs if runs.count((f, seed)) > 1})
    if twice:
        raise ValueError(f'{file}: {", ".join(twice)} stands there twice; keep one of them')
    files = [*dict.fromkeys(f for f, _ in runs)]
    titled = group_of_configs(files, (), options=_options(plan, file) | (options or {})).methods
    by_file = dict(zip(files, titled.items(), strict=True))
    return [Group(dict(by_file[f] for f in files), seeds) for files, seeds in groups]


def _groups(plan: Config, file: Path) -> list:
    groups = plan.get('groups')
    if not isinstance(groups, list) or not groups:
        raise ValueError(f'{file} must have groups = [dict(config=..., seeds=[...]), ...]')
    return groups


def _options(plan: Config, file: Path) -> dict:
    options = plan.get('options', {})
    if not isinstance(options, dict):
        raise ValueError(f'{file}: options must be a dict of key: value, got {options}')
    return dict(options)


def _check_group(group: Mapping, plan: Path) -> tuple[list[Path], list[int]]:
    if not isinstance(group, dict) or {*group} != KEYS:
        raise ValueError(f'{plan}: a group must be dict(config=..., seeds=[...]), got {group}')
    names = [group['config']] if isinstance(group['config'], str) else group['config']
    seeds = group['seeds']
    lists = all(isinstance(values, list | tuple) and values for values in (names, seeds))
    if not lists or not all(type(seed) is int for seed in seeds):
        raise ValueError(f'{plan}: a group needs configs and whole numbers as seeds, got {group}')
    files = [(plan.parent / name).resolve() for name in names]
    for name, file in zip(names, files, strict=True):
        if not file.is_file():
            raise FileNotFoundError(f'{plan}: config {name!r} does not exist in {plan.parent}')
    return files, [*seeds]


def _read(file: Path, options: Mapping[str, object] | None) -> Config:
    config = Config.fromfile(file)
    config.merge_from_dict(dict(options or {}))
    set_origin(config, file, options or {})
    return config
