"""Predictions as pictures: colours over the image, or beside it."""

from collections.abc import Sequence

import cv2
import numpy as np

GAP = 6  # white pixels between two pictures
WHITE = 255


class Painter:
    """Paints label maps with the colours of the classes.

    Args:
        palette: RGB colour of each class.
        opacity: of the colours over the image, 0 to 1.

    Raises:
        ValueError: the opacity is out of range.
    """

    def __init__(self, palette: Sequence[Sequence[int]], opacity: float = 0.5) -> None:
        if not 0 <= opacity <= 1:
            raise ValueError(f'opacity must be 0 to 1, got {opacity}')
        self.opacity = opacity
        self._colors = np.ascontiguousarray(np.asarray(palette, np.uint8)[:, ::-1])
        self._table = np.zeros((256, 1, 3), np.uint8)
        self._table[: len(palette), 0] = self._colors[:256]

    def colors(self, labels: np.ndarray) -> np.ndarray:
        """(H, W) indices of classes -> (H, W, 3) uint8, BGR."""
        if labels.dtype == np.uint8:
            return cv2.applyColorMap(labels, self._table)  # leaves other threads their turn
        return self._colors[labels]

    def overlay(self, image: np.ndarray, labels: np.ndarray) -> np.ndarray:
        """The colours over the image, (H, W, 3) uint8, BGR."""
        return cv2.addWeighted(image, 1 - self.opacity, self.colors(labels), self.opacity, 0)

    def side_by_side(self, image: np.ndarray, labels: np.ndarray) -> np.ndarray:
        """Image, overlay and plain colours in a row, (H, 3 W + 2 gaps, 3) uint8, BGR."""
        gap = np.full((image.shape[0], GAP, 3), WHITE, np.uint8)
        return np.hstack([image, gap, self.overlay(image, labels), gap, self.colors(labels)])
