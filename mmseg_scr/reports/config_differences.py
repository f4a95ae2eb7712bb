"""In which settings configs differ."""

from collections.abc import Mapping, Sequence

from mmengine.config import Config

from mmseg_scr.runs.records import NOT_OF_THE_EXPERIMENT

ABSENT = '(absent)'
LONGEST = 160  # letters of a value that are shown
# What a run is made of; other names at the top of a config are read by these alone.
READ_BY_A_RUN = (
    *('model', 'optim_wrapper', 'param_scheduler', 'auto_scale_lr', 'custom_hooks'),
    *(f'{stage}_{what}' for stage in ('train', 'val', 'test') for what in ('dataloader', 'cfg')),
    *('val_evaluator', 'test_evaluator'),
)
PLACES = ('img_path', 'seg_map_path', 'output_dir', 'out_dir')


def config_differences(configs: Sequence[Config]) -> list[tuple[str, list[str]]]:
    """Settings of which not all configs say the same.

    Left out are those of places, seeds, logging and names. A setting is a path such as
    ``model.decode_head.aligner.type``; a part that one config lacks as a whole has a line for every
    setting of the others.

    Args:
        configs: at least one.

    Returns:
        Path, and the value of each config as text.
    """
    flat = [_flat({k: v for k, v in c.to_dict().items() if k in READ_BY_A_RUN}) for c in configs]
    paths = list(dict.fromkeys(path for settings in flat for path in settings))
    found = []
    for path in sorted(paths):
        values = [settings.get(path, ABSENT) for settings in flat]
        if len(set(values)) > 1:
            found.append((path, [_short(value) for value in values]))
    return found


def _flat(value: object, path: str = '') -> dict[str, str]:
    if isinstance(value, Mapping) and value:
        flat = {}
        for key, inner in value.items():
            if key not in (*NOT_OF_THE_EXPERIMENT, *PLACES):
                flat |= _flat(inner, f'{path}.{key}' if path else str(key))
        return flat
    if isinstance(value, list | tuple) and any(isinstance(each, Mapping) for each in value):
        flat = {}
        for index, inner in enumerate(value):
            kind = f'{index}' if not isinstance(inner, Mapping) else inner.get('type', index)
            flat |= _flat(inner, f'{path}[{index} {kind}]' if kind != index else f'{path}[{index}]')
        return flat
    return {path: repr(list(value) if isinstance(value, tuple) else value)}


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f'{text[: LONGEST - 1]}…'
