"""What a folder of results was made with, so that it never holds results of two models."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

import torch
from mmseg.models import BaseSegmentor

from mmseg_scr.datasets.configured import first_dataset
from mmseg_scr.drafts import write_text

FILE = 'settings.json'
DIGITS = 16  # of a digest
DATA_PARTS = ('pipeline', 'metainfo')  # of the data, wherever they lie


def describe_model(
    name: str, model: BaseSegmentor, checkpoint: Path | str | None = None
) -> dict[str, object]:
    """What tells a model from all others: digests of its config and weights, its classes.

    Args:
        name: of its config, or by which it is shipped.
        model: with ``cfg`` and ``dataset_meta``.
        checkpoint: that it was filled with, for people.
    """
    parts = {key: model.cfg.get(key) for key in ('model', 'test_pipeline')}
    data = first_dataset(model.cfg)
    parts |= {key: data.get(key) for key in DATA_PARTS}
    weights = hashlib.sha256()
    for key, tensor in sorted(model.state_dict().items()):
        weights.update(key.encode())
        weights.update(tensor.cpu().contiguous().reshape(-1).view(torch.uint8).numpy())
    return dict(
        model=Path(name).name,
        checkpoint=checkpoint and Path(checkpoint).name,
        config_sha256=hashlib.sha256(repr(parts).encode()).hexdigest()[:DIGITS],
        weights_sha256=weights.hexdigest()[:DIGITS],
        classes=list(model.dataset_meta['classes']),
        palette=model.dataset_meta['palette'],
    )


def claim_folder(folder: Path, settings: Mapping[str, object], *, overwrite: bool) -> None:
    """Write down with what the results of a folder are made.

    Args:
        folder: of the results; is made.
        settings: plain values by name.
        overwrite: take the folder over, whatever it was made with.

    Raises:
        ValueError: its results were made with other settings, which are named.
    """
    path = folder / FILE
    if path.is_file() and not overwrite:
        found, given = _read(path), json.loads(json.dumps(settings))
        differ = [
            f'{name} {found.get(name)!r} there, {given.get(name)!r} now'
            for name in {**given, **found}  # what one of them lacks is None there
            if found.get(name) != given.get(name)
        ]
        if differ:
            raise ValueError(
                f'{folder} holds results that were made with other settings: {"; ".join(differ)}. '
                'Name another folder with --out, or take this one over with --overwrite.'
            )
    lines = (f'  {json.dumps(name)}: {json.dumps(value)}' for name, value in settings.items())
    write_text(path, '{\n' + ',\n'.join(lines) + '\n}\n')


def _read(path: Path) -> dict:
    try:
        found = json.loads(path.read_text(encoding='utf-8'))
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise ValueError(f'{path} is damaged; name another folder with --out, or remove the file')
    return found
