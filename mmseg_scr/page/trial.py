"""What there is to see of one picture, as arrays; no page is known here."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from mmseg_scr.figures.insides import SampleLook
from mmseg_scr.prediction import Predictor, read_picture
from mmseg_scr.prediction.label_pictures import label_map_reason
from mmseg_scr.prediction.painting import Painter
from mmseg_scr.prediction.shares import class_shares
from mmseg_scr.visualization import draw_offsets

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SHOWN = 1600  # pixels of the longer side of what is shown; more only takes time to send
LOOKED_INTO = 2048 * 1024  # pixels of an input at most: it runs as a whole and is kept by level
DPI = 150
NO_OFFSETS = 'This model predicts no offsets: none of its aligners moves pixels, as SRM or FAM do.'


@dataclass(frozen=True)
class Segmented:
    """One picture and its classes.

    Attributes:
        picture: (H, W, 3) uint8 RGB, upright, at most ``SHOWN`` pixels long.
        overlay: the same with the colours of the classes.
        shares: (K,) of the pixels of the picture in full, 0 to 1.
        message: size, and how the prediction was made.
    """

    picture: np.ndarray
    overlay: np.ndarray
    shares: np.ndarray
    message: str


class Trial:
    """One model for pictures one by one.

    Args:
        predictor: of the model.
        opacity: of the colours over the picture, 0 to 1.

    Raises:
        ValueError: the opacity is out of range.
    """

    def __init__(self, predictor: Predictor, opacity: float = 0.5) -> None:
        self.predictor = predictor
        self.classes = predictor.classes
        self.palette = predictor.palette
        self._painter = Painter(predictor.palette, opacity)

    def read(self, path: Path | str) -> np.ndarray:
        """Read a picture, (H, W, 3) uint8 BGR.

        Raises:
            ValueError: it is no picture, or a label map.
            OSError: it cannot be opened.
        """
        picture = read_picture(path)
        reason = label_map_reason(picture, self.palette)
        if reason:
            raise ValueError(reason)
        return picture

    def prepare(self, picture: np.ndarray) -> Mapping:
        """The input of the model, of a picture, (H, W, 3) uint8 BGR."""
        return self.predictor.prepare(picture)

    def segment(self, picture: np.ndarray, prepared: Mapping) -> Segmented:
        """Predict the classes of a picture.

        Args:
            picture: (H, W, 3) uint8 BGR.
            prepared: of it.

        Raises:
            ValueError: memory does not suffice.
        """
        prediction = self.predictor(prepared)
        overlay = self._painter.overlay(picture, prediction.labels)
        height, width = picture.shape[:2]
        return Segmented(
            picture=_shown(picture),
            overlay=_shown(overlay),
            shares=class_shares(prediction.labels, len(self.classes)),
            message=f'{width}x{height} pixels; {prediction.message}',
        )

    def offsets(self, prepared: Mapping) -> tuple[np.ndarray | None, str]:
        """Draw where the finest aligner lets pixels look.

        Returns:
            (H, W, 3) uint8 RGB; None if there is nothing to draw, and then a sentence why.
        """
        height, width = prepared['inputs'].shape[1:]
        if height * width > LOOKED_INTO:
            return None, (
                f'Offsets are drawn for inputs of up to {LOOKED_INTO / 1e6:.1f} million pixels; '
                f'this one has {width}x{height}.'
            )
        look = SampleLook(self.predictor.model, prepared)
        found = [*look.offsets().values()]
        return (_pixels(draw_offsets(look.image, **found[-1])), '') if found else (None, NO_OFFSETS)


def _shown(picture: np.ndarray) -> np.ndarray:
    """BGR of any size -> RGB that is not too large."""
    scale = SHOWN / max(picture.shape[:2])
    if scale < 1:
        size = tuple(max(1, round(side * scale)) for side in picture.shape[1::-1])
        picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(picture[..., ::-1])


def _pixels(figure: 'Figure') -> np.ndarray:
    figure.set_dpi(DPI)
    figure.canvas.draw()
    return np.array(figure.canvas.buffer_rgba())[..., :3]
