"""Drawing the figures of a request, one pass over the test set for all that count it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mmseg_scr.figures.catalogue import FIGURES, FigureKind, Request, check_request
from mmseg_scr.figures.insides import Look
from mmseg_scr.figures.models import TrainedModel
from mmseg_scr.figures.scenes import Source, each_scene
from mmseg_scr.figures.tallies import Tally
from mmseg_scr.progress import ProgressReport
from mmseg_scr.visualization import save_figure
from mmseg_scr.visualization.figure import PRINT_DPI

if TYPE_CHECKING:
    from matplotlib.figure import Figure

IMAGES_OF_IMPROVEMENTS = (0, 1, 2)


def draw_figures(
    request: Request, models: Sequence[TrainedModel], out: Path, progress: ProgressReport
) -> Iterator[tuple[str, Path | None]]:
    """Draw and write the figures one by one.

    Args:
        request: what to draw.
        models: the baseline first where figures compare.
        out: folder of the files.
        progress: called after every predicted image.

    Yields:
        What it is, and its file; None instead if the model lacks the part.

    Raises:
        ValueError: as of :func:`check_request`, or data that do not go together.
    """
    check_request(request, len(models))
    written: Counter[str] = Counter()
    for name, figure in _made(request, models, progress):
        path = None
        if figure is not None:
            written[name] += 1  # images of one name may lie in several folders
            number = f'-{written[name]}' if written[name] > 1 else ''
            path = out / f'{name}{number}.{request.suffix}'
            save_figure(figure, path, dpi=PRINT_DPI)
        yield name, path


def _made(
    request: Request, models: Sequence[TrainedModel], progress: ProgressReport
) -> Iterator[tuple[str, 'Figure | None']]:
    kinds = {name: FIGURES[name] for name in request.names}
    tally = _count(kinds, request, models, progress)
    for name, kind in kinds.items():
        if kind.of == 'test set':
            yield name, kind.draw(tally, models[0].classes, width=request.width)
        elif kind.of == 'images':
            scenes = list(each_scene(models, _chosen(request, models), progress, 'chosen images'))
            yield name, kind.draw(scenes, models[0], width=request.width)
        elif kind.of == 'records':
            yield name, kind.draw(request.records, request.metrics, width=request.width)
    inner = {name: kind for name, kind in kinds.items() if kind.of == 'inside'}
    for model in models if inner else ():
        for source in request.images or (0,):
            look = Look(model, source)
            for name, kind in inner.items():
                title = f'{name}_{model.title}_{look.name}'
                yield title, kind.draw(look, request)


def _count(
    kinds: dict[str, FigureKind],
    request: Request,
    models: Sequence[TrainedModel],
    progress: ProgressReport,
) -> Tally | None:
    wants = frozenset(kind.counts for kind in kinds.values() if kind.of == 'test set')
    if not wants:
        return None
    tally = Tally(len(models[0].classes), models[0].ignore_index, wants)
    images = len(models[0].test_set())
    size = min(request.limit or images, images)
    for scene in each_scene(models, range(size), progress, 'test set'):
        tally.add(scene)
    return tally


def _chosen(request: Request, models: Sequence[TrainedModel]) -> Sequence[Source]:
    size = len(models[0].test_set())
    return request.images or [i for i in IMAGES_OF_IMPROVEMENTS if i < size]
