"""The models that come with the package, by name; there need not be any."""

from collections.abc import Mapping, Sequence

import torch
from mmseg.models import BaseSegmentor

from mmseg_scr.prediction.model import load_model
from mmseg_scr.weights import build_model, list_weights

SCORE = 'mIoU'


def load_shipped(name: str | None, device: torch.device | str = 'cpu') -> tuple[str, BaseSegmentor]:
    """Build the shipped model of that name, by default the one with the best mIoU.

    Returns:
        Its name; the model, ready for prediction, with ``cfg`` and ``dataset_meta``.

    Raises:
        ValueError: there is none, or none of that name, or its file is damaged.
    """
    cards = {card.name: card for card in list_weights()}
    if not cards:
        raise ValueError('no model comes with this package; name yours with --model')
    if name is not None and name not in cards:
        raise ValueError(f'no shipped model is called {name!r}; there are: {", ".join(cards)}')
    name = name or max(cards, key=lambda each: _score(cards[each].metrics))
    return name, build_model(name, device)


def load_chosen(
    files: Sequence[str] | None, name: str | None, *, device: torch.device | str, trusted: bool
) -> tuple[str, BaseSegmentor]:
    """Load the model that a command line chose.

    Args:
        files: config and checkpoint; None for a shipped model.
        name: of the shipped one, the best by default.
        device: to predict on.
        trusted: whether the checkpoint may run code.

    Returns:
        Its name; the model, as of :func:`load_shipped`.

    Raises:
        FileNotFoundError, ValueError: as of :func:`load_model` and :func:`load_shipped`.
    """
    if files is None:
        return load_shipped(name, device)
    config, checkpoint = files
    return config, load_model(config, checkpoint, device=device, trusted=trusted)


def _score(metrics: Mapping[str, Mapping[str, object]]) -> float:
    """The lowest mIoU of all sets of images on which a model was measured."""
    found = [scores[SCORE] for scores in metrics.values() if SCORE in scores]
    return min(map(float, found), default=-1.0)
