"""Takes predictions as they come, writes the results of each source, counts and names the rest."""

import errno
from collections.abc import Callable
from dataclasses import dataclass, field

from mmseg_scr.prediction.frames import End, Frame
from mmseg_scr.prediction.layout import Layout
from mmseg_scr.prediction.painting import Painter
from mmseg_scr.prediction.picture_result import PictureResult
from mmseg_scr.prediction.predictor import Prediction
from mmseg_scr.prediction.shares import ShareTable
from mmseg_scr.prediction.sources import Failure, Source
from mmseg_scr.prediction.video_result import VideoResult
from mmseg_scr.progress import ProgressReport

BAR = 'pictures, videos'
STOPS_ALL = {errno.ENOSPC, errno.EDQUOT, errno.EROFS}  # no other picture can be written either


@dataclass
class Outcome:
    """What became of the sources.

    Attributes:
        done: number of sources whose results were written.
        frames: number of pictures and frames in them.
        skipped: number of sources whose results were there.
        failures: the others, with reasons.
    """

    done: int = 0
    frames: int = 0
    skipped: int = 0
    failures: list[Failure] = field(default_factory=list)


class Collector:
    """Writes results source by source.

    Args:
        layout: where they lie.
        painter: of overlays.
        table: gets a row a source.
        outcome: is counted up; may hold what was settled before.
        total: number of sources that come.
        progress: is told of each source and of each frame of a video.
        tell: is told what the user should know.
    """

    def __init__(
        self,
        layout: Layout,
        painter: Painter,
        table: ShareTable,
        *,
        outcome: Outcome,
        total: int,
        progress: ProgressReport,
        tell: Callable[[str], None],
    ) -> None:
        self.outcome = outcome
        self._finished = 0
        self._layout, self._painter, self._table = layout, painter, table
        self._total, self._progress, self._tell = total, progress, tell
        self._result: PictureResult | VideoResult | None = None
        self._source: Source | None = None
        self._failure = ''
        self._told: set[str] = set()

    def __call__(self, item: tuple[Frame, Prediction] | End | None) -> None:
        """Take a frame with its prediction, None for one that has none, or the end of a source.

        Raises:
            OSError: nothing can be written any more, as on a full disk.
        """
        if isinstance(item, End):
            self._end(item)
        elif item and not self._failure:
            self._guarded(self._write, *item)

    def stop(self) -> None:
        """Keep what a camera recorded so far; leave nothing of another source that is not whole."""
        if self._result is None:
            return
        if self._source.kind == 'camera':
            self._end(End(self._source, note=f'{self._source.name}: stopped'))
        else:
            self._drop()

    def _write(self, frame: Frame, prediction: Prediction) -> None:
        head = prediction.message.partition(';')[0]
        if head not in self._told:
            self._told.add(head)
            self._tell(prediction.message)
        if self._result is None:
            self._source = frame.source
            self._result = self._open(frame)
        self._result.write(frame.image, prediction, frame.seconds)
        if frame.source.kind != 'picture':
            count = self._result.frames
            self._progress(frame.source.name, count, max(frame.length or 0, count))

    def _open(self, frame: Frame) -> PictureResult | VideoResult:
        parts = frame.source, self._layout, self._painter, self._table.classes
        if frame.source.kind == 'picture':
            return PictureResult(*parts)
        return VideoResult(*parts, rate=frame.rate)

    def _end(self, end: End) -> None:
        self._failure = self._failure or end.failure
        if not self._failure:
            self._guarded(self._commit, end.source)
        outcome = self.outcome
        if self._failure:
            self._drop()
            outcome.failures.append(Failure(end.source.path, self._failure))
        elif end.note:
            self._tell(end.note)
        self._result, self._failure = None, ''
        self._finished += 1
        self._progress(BAR, self._finished, self._total)

    def _commit(self, source: Source) -> None:
        result = self._result
        result.commit()
        self._table.add(source, result.size, result.frames, result.shares)
        self.outcome.done += 1
        self.outcome.frames += result.frames

    def _drop(self) -> None:
        if self._result is not None:
            self._result.drop()
            self._result = None

    def _guarded(self, act: Callable, *args: object) -> None:
        """Let a failure be this source's alone, but for those that would be all others' too."""
        try:
            act(*args)
        except Exception as error:  # whatever goes wrong with one picture
            if getattr(error, 'errno', None) in STOPS_ALL:
                self._drop()
                raise
            self._failure = str(error) or type(error).__name__
