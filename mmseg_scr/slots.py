"""Building the parts of a head from its config, with errors that say what to change."""

import inspect
from collections.abc import Sequence

from mmseg.registry import MODELS
from torch import nn


def build_slot(slot: str, cfg: dict, room: Sequence[str], **from_head: object) -> nn.Module:
    """Build the part that ``cfg`` asks for, completed by what the head knows.

    Args:
        slot: name of the option, for messages; that of a part, not of the head, as in
            ``'kernels of FADE'``.
        cfg: ``type`` and options of the part.
        room: the types that this package offers for the slot; empty if it offers any of its own.
        **from_head: values that the part gets if its constructor asks for them and ``cfg`` does not
            set them.

    Raises:
        TypeError: no dict with a type, a part of this package that is for another slot, or an
            option that the part does not have.
        KeyError: the type is not registered.
    """
    choices = f'one of {sorted(room)}' if room else 'a registered one'
    if not isinstance(cfg, dict) or 'type' not in cfg:
        raise TypeError(f"{slot} must be a dict with a 'type', {choices}; got {cfg!r}")
    part = MODELS.get(cfg['type']) if isinstance(cfg['type'], str) else cfg['type']
    if not (part is None or inspect.isclass(part) or inspect.isfunction(part)):
        raise TypeError(f'type of {slot} must be a name, a class or a function; got {part!r}')
    if part is None:
        raise KeyError(f'{slot} has the unknown type {cfg["type"]!r}; choose {choices}')
    ours = part.__module__.split('.')[0] == __name__.split('.')[0]
    if room and ours and part.__name__ not in room:
        raise TypeError(
            f'{slot} cannot be {part.__name__}, a part for another slot; choose {choices}'
        )
    accepted = inspect.signature(part).parameters
    takes_any = any(p.kind is inspect.Parameter.VAR_KEYWORD for p in accepted.values())
    stale = sorted(set(cfg) - set(accepted) - {'type', '_scope_'})
    if stale and not takes_any:
        raise TypeError(
            f'{slot} {part.__name__} has no option {stale}, only {sorted(accepted)}; when a config '
            f'swaps the type of its base, write '
            f'{slot.split()[0]}=dict(_delete_=True, type={part.__name__!r})'
        )
    given = {name: value for name, value in from_head.items() if name in accepted}
    return MODELS.build({**given, **cfg})
