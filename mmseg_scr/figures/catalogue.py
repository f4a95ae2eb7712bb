"""Every figure by its name: what it shows, what it needs, how it is drawn."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from mmseg_scr.figures import of_insides, of_records, of_scenes, of_tallies
from mmseg_scr.figures.scenes import Source
from mmseg_scr.visualization.figure import PAGE_WIDTH


@dataclass(frozen=True)
class FigureKind:
    """A figure that can be asked for.

    Attributes:
        shows: in one line.
        models: fewest and most that it takes; None for any number.
        of: ``'test set'``, ``'images'``, ``'inside'`` or ``'records'``, what it is made of.
        draw: makes it, of what the name of its module says.
        counts: of a tally that it needs.
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
        of_scenes.improvements,
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
            raise ValueError(f'{name!r} needs {FIGURES[name].needs}, got {models}')
        files = [str(image) for image in request.images if not isinstance(image, int)]
        if FIGURES[name].of == 'images' and files:
            raise ValueError(
                f'{name!r} compares with labels, which files do not have ({files[0]}): give '
                'indices of the test set'
            )
        if FIGURES[name].of == 'records' and request.records is None:
            raise ValueError(f'{name!r} is drawn of the records of trainings: give --records FILE')
