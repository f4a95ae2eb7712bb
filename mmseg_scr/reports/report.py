"""A report of two or more models: predicted, counted, compared, and written down."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from mmseg_scr.drafts import write_text
from mmseg_scr.figures import NamedModel, TrainedModel, load_models
from mmseg_scr.progress import ProgressReport
from mmseg_scr.reports import (
    of_costs,
    of_images,
    of_insides,
    of_models,
    of_scores,
    of_surroundings,
    of_trainings,
)
from mmseg_scr.reports.document import Document, Section
from mmseg_scr.reports.image_pass import image_names, pass_test_set
from mmseg_scr.reports.markdown import format_markdown
from mmseg_scr.reports.of_surroundings import Times, times_of
from mmseg_scr.reports.page import format_page
from mmseg_scr.reports.subjects import Pair, Subject
from mmseg_scr.runs.hardware import hardware_model

PAGE, TWIN, TABLE = 'report.html', 'report.md', 'images.csv'


@dataclass(frozen=True)
class Settings:
    """How a report is made.

    Attributes:
        limit: first images of the test set that are looked at; None for all.
        images: pictures of improved images for a pair of models, and as many of worsened ones.
        rows: of the table of images.
        megabytes: that the page may have.
        device: of the models.
        trusted: read checkpoints in full, though they can run code.
    """

    limit: int | None = None
    images: int = 3
    rows: int = 200
    megabytes: float = 15
    device: str = 'cpu'
    trusted: bool = False


def write_report(
    named: Sequence[NamedModel],
    titles: Sequence[str],
    out: Path,
    *,
    cache: Path,
    settings: Settings,
    progress: ProgressReport,
) -> Times:
    """Predict what the cache does not hold, and write page, twin and table of images.

    Args:
        named: models, the baseline first.
        titles: one each, all different.
        out: folder of the report.
        cache: folder of predictions; the same call goes on with what it holds.
        settings: how.
        progress: told of every image of every model.

    Raises:
        ValueError: models of other classes, images or labels, a checkpoint that does not fill its
            model, or a page that is too large.
        UnsafeCheckpointError: reading a checkpoint could run code.
    """
    start = time.perf_counter()
    options = dict(device=settings.device, trusted=settings.trusted)
    with load_models([model.runs[0].pair for model in named], titles, **options) as models:
        names = _same_images(models, settings.limit)
        subjects = [Subject(*each) for each in zip(named, models, strict=True)]
        for subject in subjects:
            _predict(subject, names, cache, options, progress)
            _check_labels(subjects[0], subject)
        document = _document(subjects, out, settings)
        page = format_page(document, megabytes=settings.megabytes)
    write_text(out / PAGE, page)
    write_text(out / TWIN, format_markdown(document, PAGE))
    return times_of(subjects, time.perf_counter() - start)


def _predict(
    subject: Subject, names: Sequence[str], cache: Path, options: dict, progress: ProgressReport
) -> None:
    subject.passes.append(pass_test_set(subject.model, names, cache, progress))
    for run in subject.named.runs[1:]:
        title = f'{subject.title} {run.seed}'
        with load_models([run.pair], [title], **options) as (model,):
            subject.passes.append(pass_test_set(model, names, cache, progress))


def _same_images(models: Sequence[TrainedModel], limit: int | None) -> list[str]:
    """Names of the images.

    Raises:
        ValueError: the test sets hold others.
    """
    lists = [image_names(model, limit) for model in models]
    for model, names in zip(models, lists, strict=True):
        differing = ((a, b) for a, b in zip_longest(lists[0], names) if a != b)
        if (pair := next(differing, None)) is not None:
            raise ValueError(
                f'the test sets of {models[0].title} ({len(lists[0])} images) and {model.title} '
                f'({len(names)}) are not the same: {pair[0]!r} and {pair[1]!r} stand at one place; '
                'let both configs test on the same images'
            )
    return lists[0]


def _check_labels(base: Subject, other: Subject) -> None:
    """Raise ValueError unless both have as many known pixels of each class in each image."""
    expected = base.passes[0].labelled
    for result in other.passes:
        differs = (result.labelled != expected).any(axis=1)
        if differs.any():
            raise ValueError(
                f'{base.title} and {other.title} are not counted on the same labels of '
                f'{result.names[differs.argmax()]!r}: let their configs read the same label maps, '
                'with the same reduce_zero_label, and test with the same ignore_index'
            )


def _document(subjects: Sequence[Subject], out: Path, settings: Settings) -> Document:
    pairs = [Pair(subjects[0], other) for other in subjects[1:]]
    device = f'{settings.device} ({hardware_model(settings.device)})'
    out.mkdir(parents=True, exist_ok=True)
    of_images.write_image_csv(out / TABLE, subjects, pairs)
    sections = [
        of_models.compared(subjects),
        of_scores.overall(subjects, pairs),
        of_scores.by_class(subjects, pairs),
        of_scores.borders(subjects, pairs),
        of_scores.errors(subjects, pairs),
        of_images.class_changes(pairs),
        of_images.image_table(subjects, pairs, settings.rows),
        of_images.changed_images(pairs, settings.images),
        of_insides.alignment(subjects, _telling_image(pairs)),
        of_costs.costs(subjects),
        of_costs.speed(subjects, device),
        of_trainings.curves(subjects),
        of_surroundings.environment(device),
    ]
    *titles, last = (subject.title for subject in subjects)
    title = f'{", ".join(titles)} and {last}' if titles else last
    return Document(f'Report: {title}', of_scores.summary(subjects, pairs), _filled(sections))


def _telling_image(pairs: Sequence[Pair]) -> int:
    """The image that improved most by the last model, which is shown among the others too."""
    return int(of_images.gains_of(pairs[-1]).argmax()) if pairs else 0


def _filled(sections: Sequence[Section]) -> list[Section]:
    return [section for section in sections if section.blocks]
