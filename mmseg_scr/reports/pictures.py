"""Figures as bytes that stand in a page: small, and sharp enough for twice its width."""

import io
from typing import TYPE_CHECKING

import numpy as np

from mmseg_scr.reports.document import Picture

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DPI = (144, 110, 85, 65)  # tried one after the other until a page is small enough
QUALITY = 86  # of photographs, in WebP


def encode(picture: Picture, dpi: int) -> tuple[str, bytes, tuple[int, int]]:
    """Media type, bytes, and (width, height) in pixels.

    Args:
        picture: a diagram becomes a PNG of 256 colours, a photograph a WebP.
        dpi: pixels an inch.
    """
    from PIL import Image

    pixels = Image.fromarray(_pixels(picture.figure, dpi))
    file = io.BytesIO()
    if picture.is_photograph:
        pixels.save(file, 'WEBP', quality=QUALITY, method=4)
        return 'image/webp', file.getvalue(), pixels.size
    few = pixels.quantize(256, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    few.save(file, 'PNG', optimize=True)
    return 'image/png', file.getvalue(), pixels.size


def _pixels(figure: 'Figure', dpi: int) -> np.ndarray:
    """(H, W, 3) uint8."""
    figure.set_dpi(dpi)
    figure.canvas.draw()
    return np.asarray(figure.canvas.buffer_rgba())[..., :3].copy()
