"""Pictures and frames of all sources, one after the other, each ready for the model."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from mmseg_scr.prediction.label_pictures import label_map_reason
from mmseg_scr.prediction.pictures import read_picture
from mmseg_scr.prediction.sources import Source
from mmseg_scr.prediction.videos import Video

MISSING = 0.02  # share of the frames of a header that may be missing without a word


@dataclass(frozen=True)
class Frame:
    """A picture, or one frame of a video.

    Attributes:
        source: where it comes from.
        image: (H, W, 3) uint8, BGR.
        prepared: the input of the model.
        rate: frames per second of a video or camera.
        length: number of frames of a video, if its header tells it.
        seconds: when a camera took it, from the first on.
    """

    source: Source
    image: np.ndarray
    prepared: dict
    rate: float | None = None
    length: int | None = None
    seconds: float | None = None


@dataclass(frozen=True)
class End:
    """After the last frame of a source, or in the place of what could not be read.

    Attributes:
        source: that is through.
        failure: why it cannot be predicted on; empty if it can.
        note: what the user should know about it.
    """

    source: Source
    failure: str = ''
    note: str = ''


class FrameReader:
    """Reads sources.

    Args:
        prepare: from a picture, (H, W, 3) uint8, BGR, to the input of the model.
        palette: RGB colour of each class, by which label maps are told.
        limit: frames of a video or camera at most.
    """

    def __init__(
        self,
        prepare: Callable[[np.ndarray], dict],
        palette: Sequence[Sequence[int]],
        limit: int | None = None,
    ) -> None:
        self._prepare = prepare
        self._palette = palette
        self._limit = limit

    def read(self, sources: Iterable[Source]) -> Iterator[Frame | End]:
        """Each source's frames and then its end; what fails ends with the reason, never raises."""
        for source in sources:
            read = self._picture if source.kind == 'picture' else self._video
            try:
                yield from read(source)
            except OSError as error:
                yield End(source, failure=error.strerror or str(error))
            except Exception as error:  # such as a transform that does not take a picture's size
                yield End(source, failure=str(error) or type(error).__name__)

    def _picture(self, source: Source) -> Iterator[Frame | End]:
        image = read_picture(source.path)
        reason = label_map_reason(image, self._palette)
        if reason:
            raise ValueError(reason)
        yield Frame(source, image, self._prepare(image))
        yield End(source)

    def _video(self, source: Source) -> Iterator[Frame | End]:
        is_camera = source.kind == 'camera'
        video = Video(int(source.path) if is_camera else source.path)
        length = video.length and min(video.length, self._limit or video.length)
        count, start = 0, time.monotonic()
        for image in video.frames(self._limit):
            seconds = time.monotonic() - start if is_camera else None
            yield Frame(source, image, self._prepare(image), video.rate, length, seconds)
            count += 1
        yield End(source, note=_note(source, video, count, length))


def _note(source: Source, video: Video, count: int, length: int | None) -> str:
    told = '' if video.has_rate else ', which it does not tell'
    sound = '' if source.kind == 'camera' else '; sound is dropped'
    note = f'{source.name}: {count} frames at {video.rate:g} a second{told}{sound}'
    if length and count < (1 - MISSING) * length:
        note += f'; its header tells {length} frames, the others cannot be read'
    return note
