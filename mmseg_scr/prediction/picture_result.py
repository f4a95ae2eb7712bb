"""The files of one picture."""

from collections.abc import Sequence

import numpy as np

from mmseg_scr.drafts import Drafts
from mmseg_scr.prediction.encoding import painted, write_array, write_picture
from mmseg_scr.prediction.layout import ARRAYS, Layout
from mmseg_scr.prediction.painting import Painter
from mmseg_scr.prediction.predictor import Prediction
from mmseg_scr.prediction.shares import class_shares
from mmseg_scr.prediction.sources import Source


class PictureResult:
    """Files of one picture.

    Args:
        source: the picture.
        layout: where they lie.
        painter: of overlays.
        classes: names.
    """

    frames = 1

    def __init__(
        self, source: Source, layout: Layout, painter: Painter, classes: Sequence[str]
    ) -> None:
        self._files = layout.files(source)
        self._painter = painter
        self._count = len(classes)
        self._drafts = Drafts()

    def write(self, image: np.ndarray, prediction: Prediction, seconds: float | None) -> None:
        """Write the drafts of all files."""
        self.size = image.shape[:2]
        self.shares = class_shares(prediction.labels, self._count)
        for kind, picture in painted(self._files, self._painter, image, prediction):
            write_picture(self._drafts.open(self._files[kind]), picture)
        for kind in ARRAYS:
            if kind in self._files:
                write_array(kind, self._drafts.open(self._files[kind]), prediction)

    def commit(self) -> None:
        """Give the files their names."""
        self._drafts.commit()

    def drop(self) -> None:
        """Leave nothing behind."""
        self._drafts.drop()
