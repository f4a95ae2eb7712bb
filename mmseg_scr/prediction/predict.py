"""Predict on many sources: read, predict and write at the same time; what fails is named."""

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

from mmseg_scr.prediction.collector import Collector, Outcome
from mmseg_scr.prediction.encoding import write_picture
from mmseg_scr.prediction.frames import End, Frame, FrameReader
from mmseg_scr.prediction.layout import Layout
from mmseg_scr.prediction.legend import draw_legend
from mmseg_scr.prediction.loop import Timing, overlap
from mmseg_scr.prediction.painting import Painter
from mmseg_scr.prediction.predictor import Prediction, Predictor
from mmseg_scr.prediction.shares import ShareTable, full_path
from mmseg_scr.prediction.sources import Failure, Source
from mmseg_scr.progress import ProgressReport

TABLE = 'shares.csv'
LEGEND = 'legend.png'
STAMP = '%Y%m%d-%H%M%S'  # of a recording, which is never the same as another


@dataclass(frozen=True)
class Report:
    """What a call did.

    Attributes:
        outcome: of each source.
        timing: of the loop; None if the user stopped it.
    """

    outcome: Outcome
    timing: Timing | None


def predict_sources(
    sources: Sequence[Source],
    predictor: Predictor,
    layout: Layout,
    *,
    opacity: float = 0.5,
    overwrite: bool = False,
    frame_limit: int | None = None,
    progress: ProgressReport = lambda *_: None,
    tell: Callable[[str], None] = lambda _: None,
) -> Report:
    """Write the results of all sources below a folder, with little memory however many there are.

    A result is there in full or not at all: a call that was killed is repeated and goes on.

    Args:
        sources: of any kind.
        predictor: of the model.
        layout: where results lie, and which are wanted.
        opacity: of the colours over the image, 0 to 1.
        overwrite: also predict where results are there.
        frame_limit: frames of a video or camera at most.
        progress: is told of every source and frame.
        tell: is told what the user should know.

    Raises:
        ValueError: the opacity is out of range.
        OSError: nothing can be written any more.
    """
    painter = Painter(predictor.palette, opacity)
    table, todo, outcome = _begin(sources, predictor, layout, overwrite=overwrite)
    parts = dict(outcome=outcome, total=len(todo), progress=progress, tell=tell)
    collector = Collector(layout, painter, table, **parts)
    reader = FrameReader(predictor.prepare, predictor.palette, frame_limit)
    timing = None
    try:
        timing = overlap(reader.read(todo), _Work(predictor), collector)
    except KeyboardInterrupt:
        collector.stop()
    except BaseException:
        collector.stop()
        raise
    return Report(outcome, timing)


def _begin(
    sources: Sequence[Source], predictor: Predictor, layout: Layout, *, overwrite: bool
) -> tuple[ShareTable, list[Source], Outcome]:
    """The table of what is there, what is to be done, and what is settled already."""
    layout.folder.mkdir(parents=True, exist_ok=True)
    write_picture(layout.folder / LEGEND, draw_legend(predictor.classes, predictor.palette))
    table = ShareTable(layout.folder / TABLE, predictor.classes)
    table.load()
    todo, outcome = _plan(sources, layout, table, overwrite=overwrite)
    table.forget({source.name for source in todo})
    return table, todo, outcome


class _Work:
    """The model's part of the loop; a source on which it fails is not given to it again."""

    def __init__(self, predictor: Predictor) -> None:
        self._predictor = predictor
        self._failed: dict[Source, str] = {}

    def __call__(self, item: Frame | End) -> tuple[Frame, Prediction] | End | None:
        if isinstance(item, End):
            reason = self._failed.pop(item.source, '')
            return replace(item, failure=item.failure or reason)
        if item.source in self._failed:
            return None
        try:
            return item, self._predictor(item.prepared)
        except Exception as error:  # whatever a model does wrong with one picture
            self._failed[item.source] = f'{type(error).__name__}: {error}'
            return None


def _plan(
    sources: Sequence[Source], layout: Layout, table: ShareTable, *, overwrite: bool
) -> tuple[list[Source], Outcome]:
    """What is to be predicted; how many need not be, and which must not be."""
    inputs = {full_path(source) for source in sources}
    todo, outcome = [], Outcome()
    for source in sources:
        if source.kind == 'camera':
            todo.append(replace(source, name=f'{source.name}-{time.strftime(STAMP)}'))
        elif reason := _conflict(source, layout, table, inputs, overwrite=overwrite):
            outcome.failures.append(Failure(source.path, reason))
        elif not overwrite and table.source_of(source.name) and layout.exist(source):
            outcome.skipped += 1
        else:
            todo.append(source)
    return todo, outcome


def _conflict(
    source: Source, layout: Layout, table: ShareTable, inputs: Collection[str], *, overwrite: bool
) -> str:
    """Why the results of a source must not be written; empty if they may."""
    replaced = layout.meets(source, inputs)
    if replaced:
        return f'its result {replaced} would replace an input; name another folder with --out'
    other = table.source_of(source.name)
    if overwrite or other in (None, full_path(source)):
        return ''
    return (
        f'its results would replace those of {other}; name another folder with --out, or '
        'repeat the command with --overwrite'
    )
