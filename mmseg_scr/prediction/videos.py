"""Frames of video files and cameras, and video files of what was painted; OpenCV does both."""

import itertools
import math
import os
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import cv2
import numpy as np

USUAL_RATE = 25.0  # frames per second where a file or a camera does not say
HIGHEST_RATE = 1000.0  # more is a header that says nothing
CODECS = {'.mp4': 'mp4v', '.avi': 'MJPG'}  # in this order; the second needs no library


class Video:
    """An open video file or camera.

    Args:
        where: path of a file, or the number of a camera.

    Attributes:
        rate: frames per second.
        length: number of frames that the header tells, None if it tells none.

    Raises:
        ValueError: it cannot be opened; the reason alone, without the path.
    """

    def __init__(self, where: str | int) -> None:
        if not isinstance(where, int):
            where = os.path.abspath(where)  # FFmpeg takes 12:30.mp4 for an address
            if not _is_text(where):
                raise ValueError('the name is not UTF-8, which OpenCV needs: rename the file')
        self._capture = cv2.VideoCapture(where)
        if not self._capture.isOpened():
            self._capture.release()
            raise ValueError(
                f'no camera answers at number {where}'
                if isinstance(where, int)
                else 'unreadable: no video, damaged, or of a codec that OpenCV does not have'
            )
        rate = self._capture.get(cv2.CAP_PROP_FPS)
        self.has_rate = math.isfinite(rate) and 0 < rate <= HIGHEST_RATE
        self.rate = rate if self.has_rate else USUAL_RATE
        length = self._capture.get(cv2.CAP_PROP_FRAME_COUNT)
        is_file = not isinstance(where, int)
        self.length = int(length) if is_file and math.isfinite(length) and length > 0 else None

    def frames(self, limit: int | None = None) -> Iterator[np.ndarray]:
        """Each frame, (H, W, 3) uint8, BGR, upright; the video is closed after the last.

        Args:
            limit: number of frames at most.

        Raises:
            ValueError: there is no frame, or one has another size than the first.
        """
        size = None
        try:
            for index in itertools.count() if limit is None else range(limit):
                there, frame = self._capture.read()
                if not there:
                    break
                size = size or frame.shape
                if frame.shape != size:
                    raise ValueError(f'frame {index} has the shape {frame.shape}, the first {size}')
                yield frame
            if size is None:
                raise ValueError('unreadable: it holds no frame that can be decoded')
        finally:
            self._capture.release()


class VideoFile:
    """Writes frames to a video; sides of an odd length get one more row or column.

    Args:
        path: its suffix is one of ``CODECS``.
        rate: frames per second.
        size: (height, width) of the frames.

    Raises:
        OSError: OpenCV cannot write such a file there.
    """

    def __init__(self, path: Path, rate: float, size: tuple[int, int]) -> None:
        self.path = path
        self._size = size
        self._padding = (0, size[0] % 2, 0, size[1] % 2)  # the encoders cut odd sides instead
        code = cv2.VideoWriter_fourcc(*CODECS[path.suffix])
        even = (size[1] + size[1] % 2, size[0] + size[0] % 2)
        if not _is_text(str(path)):
            raise OSError(f'OpenCV writes no video whose name is not UTF-8, such as {str(path)!r}')
        self._writer = cv2.VideoWriter(os.path.abspath(path), code, rate, even)
        if not self._writer.isOpened():
            raise OSError(f'OpenCV cannot write the video {path} of {even[0]}x{even[1]} pixels')

    def write(self, frame: np.ndarray) -> None:
        """Append a frame, (H, W, 3) uint8, BGR, of the size that was named."""
        if frame.shape[:2] != self._size:
            raise ValueError(f'a frame of {frame.shape[:2]}, not of {self._size}')
        self._writer.write(cv2.copyMakeBorder(frame, *self._padding, cv2.BORDER_REPLICATE))

    def close(self) -> None:
        """Finish the file.

        Raises:
            OSError: nothing was written, as on a full disk.
        """
        self._writer.release()
        if not self.path.is_file() or not self.path.stat().st_size:
            raise OSError(f'the video {self.path} was not written; is the disk full?')


def _is_text(name: str) -> bool:
    """Whether a name is UTF-8; with one that is not OpenCV ends the process."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


@cache
def video_suffix() -> str:
    """The suffix of the videos that OpenCV can write here.

    Raises:
        OSError: it can write none.
    """
    for suffix in CODECS:
        handle, name = tempfile.mkstemp(suffix)
        os.close(handle)
        try:
            VideoFile(Path(name), USUAL_RATE, (16, 16)).close()
        except OSError:
            continue
        else:
            return suffix
        finally:
            os.unlink(name)
    raise OSError('this OpenCV writes no video; install opencv-python')
