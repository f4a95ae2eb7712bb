"""The files of one video or recording: videos, folders of arrays, a table of shares by frame."""

import csv
from collections.abc import Sequence
from contextlib import suppress

import numpy as np

from mmseg_scr.drafts import Drafts
from mmseg_scr.prediction.encoding import painted, write_array
from mmseg_scr.prediction.layout import ARRAYS, Layout
from mmseg_scr.prediction.painting import Painter
from mmseg_scr.prediction.predictor import Prediction
from mmseg_scr.prediction.shares import ENCODING, LINE_END, class_shares
from mmseg_scr.prediction.sources import Source
from mmseg_scr.prediction.videos import VideoFile

SHARES = 'shares'  # folder of the tables of videos
FRAME_NAME = '{:06d}'  # from 1


class VideoResult:
    """Files of a video or a recording: videos, folders of arrays, a table of shares by frame.

    Args:
        source: the video.
        layout: where they lie.
        painter: of overlays.
        classes: names.
        rate: frames per second.
    """

    def __init__(
        self,
        source: Source,
        layout: Layout,
        painter: Painter,
        classes: Sequence[str],
        *,
        rate: float,
    ) -> None:
        self._files = layout.files(source)
        self._painter = painter
        self._rate = rate
        self._drafts = Drafts()
        self._videos: dict[str, VideoFile] = {}
        self._folders = {
            kind: self._drafts.open_folder(self._files[kind])
            for kind in ARRAYS
            if kind in self._files
        }
        table = layout.folder / SHARES / f'{source.name}.csv'
        self._table = self._drafts.open(table).open('w', **ENCODING)
        csv.writer(self._table, lineterminator=LINE_END).writerow(['frame', 'seconds', *classes])
        self._sum = np.zeros(len(classes))
        self._written = 0
        self.frames = 0

    @property
    def shares(self) -> np.ndarray:
        """(K,), the mean over the frames."""
        return self._sum / max(self.frames, 1)

    def write(self, image: np.ndarray, prediction: Prediction, seconds: float | None) -> None:
        """Append a frame.

        Args:
            image: (H, W, 3) uint8, BGR.
            prediction: of it.
            seconds: when a camera took it, from the first on; frames are repeated or left out so
                that the recording lasts as long as what it shows. None in a video file.
        """
        self.size = image.shape[:2]
        self.frames += 1
        copies = 1 if seconds is None else max(0, round(seconds * self._rate) + 1 - self._written)
        self._written += copies
        for kind, picture in painted(self._files, self._painter, image, prediction):
            if kind not in self._videos:
                self._videos[kind] = self._open_video(kind, picture)
            for _ in range(copies):
                self._videos[kind].write(picture)
        name = FRAME_NAME.format(self.frames)
        for kind, folder in self._folders.items():
            write_array(kind, folder / f'{name}{ARRAYS[kind]}', prediction)
        shares = class_shares(prediction.labels, len(self._sum))
        self._sum += shares
        time = (self.frames - 1) / self._rate if seconds is None else seconds
        row = [self.frames, f'{time:.3f}', *(f'{share:.6f}' for share in shares)]
        csv.writer(self._table, lineterminator=LINE_END).writerow(row)

    def commit(self) -> None:
        """Finish the files and give them their names."""
        self._close()
        self._drafts.commit()

    def drop(self) -> None:
        """Leave nothing behind."""
        with suppress(OSError):  # it is in trouble already
            self._close()
        self._drafts.drop()

    def _open_video(self, kind: str, picture: np.ndarray) -> VideoFile:
        path = self._drafts.open(self._files[kind])
        return VideoFile(path, self._rate, picture.shape[:2])

    def _close(self) -> None:
        self._table.close()
        for video in self._videos.values():
            video.close()
