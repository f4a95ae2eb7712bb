"""Shipped weights by name: as a checkpoint, as a model to use, as ``mmseg_scr://NAME``.

``load_from='mmseg_scr://NAME'``, ``init_cfg=dict(type='Pretrained', checkpoint='mmseg_scr://NAME')``
and ``tools/test.py CONFIG mmseg_scr://NAME`` read the same file.
"""

from pathlib import Path

import torch
from mmengine.config import Config
from mmengine.runner.checkpoint import CheckpointLoader
from torch import nn

from mmseg_scr.weights.card import find_weights
from mmseg_scr.weights.config_text import read_config_text
from mmseg_scr.weights.packing import COUNTER, unpack

SCHEME = 'mmseg_scr://'


def load_weights(name: str, *, folder: Path | str | None = None) -> dict:
    """Read the checkpoint of a shipped model.

    Args:
        name: one of :func:`~mmseg_scr.weights.list_weights`.
        folder: of other published models than those of the package.

    Returns:
        ``state_dict`` on the CPU, its floating-point tensors in float32, without what a test does
        not read; ``meta`` with ``cfg`` (the whole config as text), ``dataset_meta`` (classes and
        palette), ``left_out`` (names of the weights that only training reads) and versions.

    Raises:
        LookupError: no model of that name; those that exist are named.
        ValueError: the file is missing or damaged.
    """
    _, file = find_weights(name, folder)
    checkpoint = torch.load(file, map_location='cpu', weights_only=True)
    return checkpoint | dict(state_dict=unpack(checkpoint['state_dict']))


def build_model(
    name: str, device: str | torch.device = 'cpu', *, folder: Path | str | None = None
) -> nn.Module:
    """Build a shipped model, ready for ``mmseg.apis.inference_model``.

    Args:
        name: one of :func:`~mmseg_scr.weights.list_weights`.
        device: where it shall lie.
        folder: of other published models than those of the package.

    Returns:
        The segmentor in float32 and in evaluation, with ``cfg`` and ``dataset_meta``.

    Raises:
        LookupError: no model of that name; those that exist are named.
        ValueError: the file is missing or damaged, or is of another version's model.
    """
    from mmseg.apis import init_model  # brings inferencers, which a training does not need

    checkpoint = load_weights(name, folder=folder)
    meta = checkpoint['meta']
    read_config_text(meta['cfg'])  # refuses what mmengine would run
    model = init_model(Config.fromstring(meta['cfg'], '.py'), device='cpu')
    missing, unknown = model.load_state_dict(checkpoint['state_dict'], strict=False)
    missing = {n for n in missing if not n.endswith(COUNTER)} - {*meta['left_out']}
    if missing or unknown:
        raise ValueError(
            f'the weights {name!r} were published with mmseg_scr {meta["mmseg_scr_version"]}; this '
            f'version builds a model of other tensors: missing {sorted(missing)[:5]}, unknown '
            f'{unknown[:5]}'
        )
    model.dataset_meta = meta['dataset_meta']
    return model.to(device).eval()


@CheckpointLoader.register_scheme(prefixes=SCHEME, force=True)
def load_from_shipped(
    filename: str, map_location: str | torch.device | None = None
) -> dict[str, dict]:
    """Read ``mmseg_scr://NAME`` where mmengine loads a checkpoint; always to the CPU.

    Raises:
        LookupError: no model of that name; those that exist are named.
        ValueError: the file is missing or damaged.
    """
    return load_weights(filename.removeprefix(SCHEME))
