"""Configs that differ from one config in a single slot of its decode head."""

from collections.abc import Sequence
from copy import deepcopy

from mmengine.config import Config
from mmseg.registry import MODELS

from mmseg_scr import aligners, classifiers, contexts, losses
from mmseg_scr.datasets.configured import type_name

ROOMS = {
    'aligner': aligners.__all__,
    'context': contexts.__all__,
    'classifier': classifiers.__all__,
    'contrast': losses.__all__,
}
OFF = 'none'  # the name of an empty slot


def variants_of_slot(config: Config, slot: str, parts: Sequence[str] = ()) -> dict[str, Config]:
    """A config for each part in a slot of the decode head, by the part's name.

    Args:
        config: of a network whose ``decode_head`` has the slot.
        slot: ``'aligner'``, ``'context'``, ``'classifier'`` or ``'contrast'``.
        parts: types, each with its default options; those of the slot's room if empty. Types of
            packages that the config imports may be named too, and ``'none'`` for an empty slot.

    Raises:
        ValueError: no such slot, in general or in this config, or a type that is not registered.
    """
    if slot not in ROOMS:
        raise ValueError(f'slot must be one of {[*ROOMS]}, got {slot!r}')
    if slot not in config.model.decode_head:
        kind = type_name(config.model.decode_head)
        raise ValueError(f'the config has no {slot} in its decode head, a {kind}')
    unknown = [part for part in parts if part != OFF and MODELS.get(part) is None]
    if unknown:
        raise ValueError(
            f'no {slot} is called {unknown}; choose among {sorted(ROOMS[slot])}, or import the '
            'package of your own part in custom_imports of the config'
        )
    variants = {part: deepcopy(config) for part in parts or ROOMS[slot]}
    for part, variant in variants.items():
        variant.model.decode_head[slot] = None if part == OFF else dict(type=part)
    return variants


def titles_of_configs(names: Sequence[str]) -> list[str]:
    """The shortest beginnings of the names of configs, up to an underscore, that tell them apart.

    Raises:
        ValueError: a name that stands there twice.
    """
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f'{twice} stands there twice; give each config once, under its own name')
    words = [name.split('_') for name in names]
    for length in range(1, max(map(len, words), default=0)):
        titles = ['_'.join(word[:length]) for word in words]
        if len(set(titles)) == len(titles):
            return titles
    return [*names]
