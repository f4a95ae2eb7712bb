"""Figures of the inside of a model for one image; None where the model lacks the part."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeVar

from mmseg_scr.figures.insides import Look
from mmseg_scr.visualization import (
    draw_attention,
    draw_channel_factors,
    draw_feature_maps,
    draw_offsets,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from mmseg_scr.figures.catalogue import Request

Part = TypeVar('Part')


def features(look: Look, request: 'Request') -> 'Figure | None':
    """Maps before and after each alignment."""
    steps = look.steps()
    options = dict(reduction=request.reduction, width=request.width)
    return draw_feature_maps(look.image, steps, **options) if steps else None


def offsets(look: Look, request: 'Request') -> 'Figure | None':
    """Offsets of one aligner."""
    path, found = _chosen(look.offsets(), request.part)
    return draw_offsets(look.image, **found, width=request.width) if path else None


def channel_factors(look: Look, request: 'Request') -> 'Figure | None':
    """Factors of one channel attention."""
    path, found = _chosen(look.factors(), request.part)
    return draw_channel_factors(found, width=request.width) if path else None


def attention(look: Look, request: 'Request') -> 'Figure | None':
    """Weights of one pixel."""
    height, width = look.image.shape[:2]
    pixel = request.pixel or (width // 2, height // 2)
    if not (0 <= pixel[0] < width and 0 <= pixel[1] < height):
        raise ValueError(f'--pixel must lie in the {width} x {height} image, got {pixel}')
    path, found = _chosen(look.attention(pixel), request.part)
    return draw_attention(look.image, pixel, found, width=request.width) if path else None


def _chosen(parts: Mapping[str, Part], wanted: str | None) -> tuple[str, Part | None]:
    """The part with that end of its path, the last one if none is wanted.

    Raises:
        ValueError: the model has parts of the kind, but none of that name.
    """
    fitting = [path for path in parts if wanted is None or path.endswith(wanted)]
    if parts and not fitting:
        raise ValueError(f'no part ends in {wanted!r}; the model has {[*parts]}')
    return (fitting[-1], parts[fitting[-1]]) if fitting else ('', None)
