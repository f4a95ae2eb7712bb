"""How a prediction becomes the content of files."""

from collections.abc import Collection, Iterator
from pathlib import Path

import cv2
import numpy as np

from mmseg_scr.prediction.painting import Painter
from mmseg_scr.prediction.predictor import Prediction

OPTIONS = {
    '.jpg': [cv2.IMWRITE_JPEG_QUALITY, 92],
    '.png': [cv2.IMWRITE_PNG_COMPRESSION, 1],  # fast; label maps shrink well anyway
}


def painted(
    kinds: Collection[str], painter: Painter, image: np.ndarray, prediction: Prediction
) -> Iterator[tuple[str, np.ndarray]]:
    """The wanted kinds that are pictures, (H, W, 3) uint8, BGR."""
    for kind, paint in (('overlay', painter.overlay), ('side-by-side', painter.side_by_side)):
        if kind in kinds:
            yield kind, paint(image, prediction.labels)


def write_picture(path: Path, picture: np.ndarray) -> None:
    """Encode a picture, (H, W, 3) or (H, W), as its suffix says.

    Raises:
        OSError: it cannot be encoded or written.
    """
    try:
        done, content = cv2.imencode(path.suffix, picture, OPTIONS[path.suffix])
    except cv2.error:
        done = False
    if not done:
        size = f'{picture.shape[1]}x{picture.shape[0]}'
        raise OSError(f'{size} pixels cannot be written as {path.suffix}')
    path.write_bytes(content.data)


def write_array(kind: str, path: Path, prediction: Prediction) -> None:
    """Write the labels or the probabilities of one picture or frame."""
    if kind == 'index':
        write_picture(path, prediction.labels)
    else:
        np.save(path, prediction.probabilities)
