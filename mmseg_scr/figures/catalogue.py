"""Every figure by its name: what it shows, what it needs, how it is drawn."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mmseg_scr.figures import of_insides, of_records, of_tallies
from mmseg_scr.figures.insides import Look
from mmseg_scr.figures.models import TrainedModel
from mmseg_scr.figures.scenes import Source, each_scene
from mmseg_scr.figures.tallies import Tally
from mmseg_scr.progress import ProgressReport
from mmseg_scr.visualization import draw_improvements, save_figure
from mmseg_scr.visualization.figure import PAGE_WIDTH, PRINT_DPI

if TYPE_CHECKING:
    from matplotlib.figure import Figure

IMAGES_OF_IMPROVEMENTS = (0, 1, 2)


@dataclass(frozen=True)
class FigureKind:
    """A figure that can be asked for.

    Attributes:
        shows: in one line.
        models: fewest and most that it takes; None for any number.
        of: ``'test set'``, ``'images'``, ``'inside'`` or ``'records'``, what it is made of.
        counts: of a tally that it needs.
        draw: makes it.
    """

    shows: str
    models: tuple[int, int | None]
    of: str
    draw: Callable
    counts: str = ''

    @property
    def needs(self) -> str:
        """In words, for a list."""
        least, most = self.models
        models = f'{least} models' if least == most else f'{least} or more models'
        extra = {'test set': ', test set with labels', 'images': ', images of the test set'}
        return '--records FILE' if self.of == 'records' else f'{models}{extra.get(self.of, "")}'


FIGURES: dict[str, FigureKind] = {
    'class-iou': FigureKind(
        'IoU of every class, sorted by the difference',
        (2, None),
        'test set',
        of_tallies.class_iou,
        'whole',
    ),
    'improvements': FigureKind(
        'image, truth, baseline, ours; what changed is outlined',
        (2, 2),
        'images',
        draw_improvements,
    ),
    'features': FigureKind(
        'feature maps before and after each alignment', (1, None), 'inside', of_insides.features
    ),
    'offsets': FigureKind(
        "an aligner's offsets as arrows and colours, entropy of the 3x3 weights",
        (1, None),
        'inside',
        of_insides.offsets,
    ),
    'channel-factors': FigureKind(
        "a channel attention's factors by stage", (1, None), 'inside', of_insides.channel_factors
    ),
    'attention': FigureKind(
        'what one pixel (--pixel) looks at', (1, None), 'inside', of_insides.attention
    ),
    'trimap': FigureKind(
        'mIoU by distance to a boundary', (1, None), 'test set', of_tallies.trimap, 'bands'
    ),
    'error-kinds': FigureKind(
        'errors of boundary, extent and segment, false positive or negative',
        (1, None),
        'test set',
        of_tallies.error_kinds,
        'kinds',
    ),
    'class-pairs': FigureKind(
        'pairs of classes cured and broken', (2, 2), 'test set', of_tallies.class_pairs, 'changes'
    ),
    'curves': FigureKind(
        'training curves, seeds as bands (--records)', (0, None), 'records', of_records.curves
    ),
}


@dataclass(frozen=True)
class Request:
    """What to draw.

    Attributes:
        names: of figures.
        images: of the test set by index, or files; by default the first, or the first three.
        limit: images of the test set that are counted; None for all.
        pixel: x and y in the image, for ``attention``; its centre by default.
        part: path of the module inside of the model, or its end; the last by default.
        reduction: of feature maps.
        records: file of finished runs, for ``curves``.
        metrics: names of its curves.
        width: of the figures, in inches.
        suffix: of the files, as ``'png'``.
    """

    names: Sequence[str]
    images: Sequence[Source] = ()
    limit: int | None = None
    pixel: tuple[int, int] | None = None
    part: str | None = None
    reduction: str = 'component'
    records: Path | None = None
    metrics: Sequence[str] = ('loss', 'mIoU')
    width: float = PAGE_WIDTH
    suffix: str = 'png'


def check_request(request: Request, models: int) -> None:
    """Refuse what cannot be drawn before anything is loaded.

    Args:
        request: of figures.
        models: how many there are.

    Raises:
        ValueError: an unknown name, too few or too many models, files where labels are needed, or
            no records.
    """
    for name in request.names:
        if name not in FIGURES:
            raise ValueError(f'there is no figure {name!r}, only {[*FIGURES]}')
        least, most = FIGURES[name].models
        if models < least or (most is not None and models > most):
            raise ValueError(
                f'{name!r} needs {FIGURES[name].needs}, got {models} CONFIG CHECKPOINT pairs'
            )
        files = [str(image) for image in request.images if not isinstance(image, int)]
        if FIGURES[name].of == 'images' and files:
            raise ValueError(
                f'{name!r} compares with labels, which files do not have ({files[0]}): give '
                'indices of the test set'
            )
        if FIGURES[name].of == 'records' and request.records is None:
            raise ValueError(f'{name!r} is drawn of the records of trainings: give --records FILE')


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
    for name, figure in _made(request, models, progress):
        path = None
        if figure is not None:
            path = save_figure(figure, out / f'{name}.{request.suffix}', dpi=PRINT_DPI)
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
            yield name, _improvements(request, models, progress)
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


def _improvements(
    request: Request, models: Sequence[TrainedModel], progress: ProgressReport
) -> 'Figure':
    first = models[0]
    chosen = request.images or [i for i in IMAGES_OF_IMPROVEMENTS if i < len(first.test_set())]
    scenes = list(each_scene(models, chosen, progress, 'chosen images'))
    if any(scene.truth is None for scene in scenes):
        raise ValueError('the test set has no labels, which this figure compares with')
    return draw_improvements(
        [scene.image for scene in scenes],
        [scene.truth for scene in scenes],
        {m.title: [scene.predictions[m.title] for scene in scenes] for m in models},
        classes=first.classes,
        palette=first.palette,
        ignore_index=first.ignore_index,
        width=request.width,
    )
