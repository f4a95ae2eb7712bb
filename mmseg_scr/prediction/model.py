"""A segmentor for prediction: built, filled by its checkpoint and by no other, with its classes."""

import colorsys
from collections.abc import Mapping
from pathlib import Path

import torch
from mmengine.config import Config
from mmengine.device import get_device
from mmengine.runner import CheckpointLoader
from mmseg.apis import init_model
from mmseg.models import BaseSegmentor
from mmseg.registry import DATASETS

from mmseg_scr.checks import only_safe_checkpoints
from mmseg_scr.datasets.configured import first_dataset
from mmseg_scr.hooks.checkpoint_report import describe, fill_model
from mmseg_scr.probes.last_head import last_head

BACKGROUND, BLACK = 'background', [0, 0, 0]  # beside the only class of a model
HUE_STEP = 0.618034  # the golden ratio: hues of neighbours are far apart, however many there are


def pick_device(name: str | None) -> torch.device:
    """The device of that name, or the best one here.

    Raises:
        ValueError: torch cannot use it.
    """
    try:
        device = torch.device(name or get_device())
        torch.zeros(1, device=device).item()
    except (RuntimeError, AssertionError) as error:  # an AssertionError: torch without CUDA
        reason = str(error).splitlines()[0]
        raise ValueError(f'device {name!r} cannot be used here: {reason}') from error
    return device


def load_model(
    config: Config | Path | str,
    checkpoint: Path | str,
    *,
    device: torch.device | str = 'cpu',
    trusted: bool = False,
) -> BaseSegmentor:
    """Build the model of a config and fill it with a checkpoint.

    Args:
        config: of any model that mmseg's ``init_model`` builds.
        checkpoint: of that config; a path, or an address that mmengine loads.
        device: where the model comes to lie.
        trusted: read the checkpoint in full, though it can run code.

    Returns:
        The model, ready for prediction, with ``cfg`` and ``dataset_meta``, whose ``classes`` and
        ``palette`` are always there and of one length.

    Raises:
        FileNotFoundError: a file is missing.
        UnsafeCheckpointError: reading the checkpoint could run code.
        ValueError: the config builds no model, or the checkpoint is damaged or another model's.
    """
    _require_file('config', config)
    _require_file('checkpoint', checkpoint)
    model = build_network(config)
    with only_safe_checkpoints([dict(checkpoint=str(checkpoint))], trusted=trusted):
        content = _read(checkpoint)
    _fill(model, content.get('state_dict', content), str(checkpoint))
    model.dataset_meta = class_info(model, content.get('meta') or {})
    return model.to(device).eval()


def class_info(model: BaseSegmentor, meta: Mapping) -> dict:
    """Classes and palette of a model: its checkpoint's, else its dataset's, else numbers.

    A model of one class with one output predicts whether a pixel is of it: it has two, the first
    called ``background``.

    Args:
        model: with its config as ``cfg``.
        meta: of the checkpoint.
    """
    count = _attribute_of_head(model, 'num_classes')
    known = [
        meta.get('dataset_meta') or {},
        dict(classes=meta.get('CLASSES'), palette=meta.get('PALETTE')),  # mmseg 0.x
        _dataset_info(model.cfg),
    ]
    for info in known:
        classes = info.get('classes')
        if classes and count in (None, len(classes)):
            break
    else:
        classes, info = [f'class {i}' for i in range(count or 2)], {}
    palette = info.get('palette')
    if not palette or len(palette) != len(classes):
        palette = distinct_colors(len(classes))
    if count == 1 == _attribute_of_head(model, 'out_channels'):
        classes, palette = [BACKGROUND, *classes], [BLACK, *palette]
    return dict(classes=tuple(classes), palette=[list(map(int, color)) for color in palette])


def distinct_colors(count: int) -> list[list[int]]:
    """RGB colours for classes that have none."""
    hues = ((i * HUE_STEP) % 1 for i in range(count))
    values = (1.0, 0.75, 0.5)
    return [
        [round(255 * part) for part in colorsys.hsv_to_rgb(hue, 0.8, values[i % 3])]
        for i, hue in enumerate(hues)
    ]


def build_network(config: Config | Path | str) -> BaseSegmentor:
    """Build the model of a config with mmseg's ``init_model``, without any weights.

    Raises:
        ValueError: the config builds no model.
    """
    try:
        config = config if isinstance(config, Config) else Config.fromfile(config)
        if config.get('default_scope') is None:  # as configs that name classes have it
            config.default_scope = 'mmseg'
        return init_model(config, device='cpu')
    except Exception as error:  # whatever a config can do wrong
        name = config.filename if isinstance(config, Config) else config
        raise ValueError(f'no model can be built of the config {str(name)!r}: {error}') from error


def _require_file(what: str, path: Config | Path | str) -> None:
    if isinstance(path, Config) or '://' in str(path):
        return
    if not Path(path).expanduser().is_file():
        raise FileNotFoundError(f'{what} {str(path)!r} does not exist')


def _fill(model: BaseSegmentor, weights: Mapping[str, torch.Tensor], checkpoint: str) -> None:
    comparison = fill_model(model, weights)
    if not comparison.fills_model:
        raise ValueError(
            f'the checkpoint {checkpoint!r} is not of this config: a part of the model would '
            f'predict with random weights.\n{describe(comparison)}'
        )


def _read(checkpoint: Path | str) -> Mapping:
    try:
        return CheckpointLoader.load_checkpoint(
            str(checkpoint), map_location='cpu', logger='silent'
        )
    except (RuntimeError, EOFError, KeyError, OSError) as error:
        reason = (str(error) or type(error).__name__).splitlines()[0]
        raise ValueError(f'the checkpoint {str(checkpoint)!r} cannot be read: {reason}') from error


def _attribute_of_head(model: BaseSegmentor, name: str) -> int | None:
    return getattr(last_head(model), name, None) if hasattr(model, 'decode_head') else None


def _dataset_info(config: Config) -> dict:
    dataset = first_dataset(config)
    kind = dataset.get('type')
    registered = DATASETS.get(kind) if isinstance(kind, str) else kind
    return {**getattr(registered, 'METAINFO', {}), **(dataset.get('metainfo') or {})}
