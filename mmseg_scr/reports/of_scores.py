"""Scores of the whole set: over all, by class, near borders, and by kinds of errors."""

from collections.abc import Sequence
from math import isfinite
from statistics import mean, stdev

from mmseg_scr.figures.of_tallies import class_iou, error_kinds, trimap
from mmseg_scr.figures.tallies import ERROR_WIDTH, REACHES
from mmseg_scr.metrics.scores import ratio
from mmseg_scr.reports.document import NOTHING, Cell, Picture, Section, Table, Text, number, word
from mmseg_scr.reports.measures import (
    BANDS,
    KINDS,
    SCORES,
    WHOLE,
    Compared,
    Measure,
    class_ious,
    compare,
    compare_classes,
    replicates,
)
from mmseg_scr.reports.subjects import Pair, Subject, tally_of
from mmseg_scr.runs.statistics import Difference
from mmseg_scr.visualization.figure import PAGE_WIDTH

OVER_SEEDS = """\
"t over seeds" asks whether the method would be better trained again: the difference is taken seed
by seed and has the 95 % interval of Student's t over the seeds."""
OVER_IMAGES = """\
"bootstrap over images" asks whether these two trained models would differ on other images: the
95 % percentile interval of {replicates:,} draws of the images with replacement, the same for both.
Images of one drive are not independent, and the interval is too narrow for them."""
NOISE = """\
An interval with zero in it does not resolve the difference; that does not show it to be zero."""


def overall(subjects: Sequence[Subject], pairs: Sequence[Pair]) -> Section:
    """All scores with their differences and intervals."""
    table = _table(
        'Scores in percent, classes weighted alike; higher is better.', SCORES, subjects, pairs
    )
    return Section('overall', 'Overall scores', [table, Text(_how_to_read(subjects, pairs))])


def by_class(subjects: Sequence[Subject], pairs: Sequence[Pair]) -> Section:
    """IoU of every class."""
    model = subjects[0].model
    values = [class_ious(subject) for subject in subjects]
    compared = [compare_classes(pair) for pair in pairs]
    rows = [
        [
            word(name),
            *(_value(of_subject[:, k].tolist()) for of_subject in values),
            *(cell for of_pair in compared for cell in [_difference(of_pair[k].main)]),
        ]
        for k, name in enumerate(model.classes)
    ]
    titles = [f'{p.other.title} − {p.base.title}, {_method(p)}' for p in pairs]
    table = Table(
        'IoU of every class in percent, with the difference and its 95 % interval. The intervals '
        'are not corrected for the number of classes: of many, chance alone resolves some.',
        ['class', *(subject.title for subject in subjects), *titles],
        rows,
        sortable=True,
    )
    if not pairs:
        return Section('classes', 'Classes', [table])
    figure = class_iou(tally_of(subjects), model.classes, width=PAGE_WIDTH)
    alt = f'IoU of {len(model.classes)} classes for {_titles(subjects)}, sorted by the difference.'
    caption = 'IoU by class and how far each model is above the first; all trainings together.'
    return Section('classes', 'Classes', [table, Picture(figure, alt, caption)])


def borders(subjects: Sequence[Subject], pairs: Sequence[Pair]) -> Section:
    """Inside and outside of bands around the borders of the label."""
    tally = tally_of(subjects)
    first = subjects[0].title
    size = tally.whole[first][:2].sum()
    shares = [float(ratio(band[:2].sum(), size)) for band in tally.bands[first]]
    measures = [measure for reach in REACHES for measure in BANDS[reach]]
    table = _table(
        'mIoU in percent of the pixels that have a pixel of another class within a reach, and of '
        'all others. Share of the pixels in the band: '
        + ', '.join(f'{100 * s:.0f} % within {r} px' for r, s in zip(REACHES, shares, strict=True))
        + '. Where that is most of the image, the band is none. A class that has no pixel so far '
        'from borders counts as 0 for a model that sees it there, and not at all for another.',
        measures,
        subjects,
        pairs,
    )
    figure = trimap(tally, subjects[0].model.classes, width=PAGE_WIDTH)
    alt = f'mIoU of {_titles(subjects)} over the reach of the band around borders.'
    caption = 'mIoU near borders over the reach of the band, all pixels at the right end.'
    return Section('borders', 'Borders and interior', [table, Picture(figure, alt, caption)])


def errors(subjects: Sequence[Subject], pairs: Sequence[Pair]) -> Section:
    """What the missing part of IoU is made of."""
    table = _table(
        'Kinds of errors in percent of the union, means over classes; with mIoU they add up to '
        f'100. FP is predicted and not there, FN the reverse; lower is better. A border that is '
        f'off by less than {2 * ERROR_WIDTH} pixels is an error of the boundary.',
        KINDS,
        subjects,
        pairs,
    )
    figure = error_kinds(tally_of(subjects), subjects[0].model.classes, width=PAGE_WIDTH)
    alt = f'Stacked bars of the kinds of errors of {_titles(subjects)}.'
    caption = 'Boundary, extent and segment errors; the number at the end is 100 - mIoU.'
    return Section('errors', 'Kinds of errors', [table, Picture(figure, alt, caption)])


def summary(subjects: Sequence[Subject], pairs: Sequence[Pair]) -> list[str]:
    """What the report says first, in sentences."""
    lines = []
    for pair in pairs:
        difference = compare(pair, WHOLE).main
        values = ' and '.join(
            f'{s.title} {mean(WHOLE.of(each) for each in s.passes):.2f}'
            for s in (pair.base, pair.other)
        )
        resolved = 'is resolved' if difference.resolved else 'is within noise'
        lines.append(
            f'mIoU in percent: {values}. Difference {_difference(difference).text} '
            f'({_method(pair)}): it {resolved}.'
        )
    return lines or [
        f'mIoU in percent: {s.title} {mean(WHOLE.of(each) for each in s.passes):.2f}.'
        for s in subjects
    ]


def _table(
    caption: str, measures: Sequence[Measure], subjects: Sequence[Subject], pairs: Sequence[Pair]
) -> Table:
    columns = ['score', *(_heading(subject) for subject in subjects)]
    for pair in pairs:
        columns += [f'{pair.other.title} − {pair.base.title}, {m}' for m in _methods(pair)]
    rows = []
    for measure in measures:
        cells = [_value([measure.of(each) for each in s.passes]) for s in subjects]
        for pair in pairs:
            cells += map(_difference, _differences(compare(pair, measure)))
        rows.append([word(measure.name), *cells])
    return Table(caption, columns, rows)


def _heading(subject: Subject) -> str:
    count = len(subject.passes)
    return f'{subject.title} (mean ± sd of {count} seeds)' if count > 1 else subject.title


def _methods(pair: Pair) -> list[str]:
    over_images = f'bootstrap over images{pair.of_which}'
    return [_method(pair), over_images] if len(pair.seeds) > 1 else [over_images]


def _method(pair: Pair) -> str:
    if len(pair.seeds) > 1:
        return f't over {len(pair.seeds)} seeds'
    return f'bootstrap over images{pair.of_which}'


def _differences(compared: Compared) -> list[Difference]:
    return [d for d in (compared.seeds, compared.images) if d is not None]


def _difference(difference: Difference) -> Cell:
    if not isfinite(difference.mean):
        return Cell(NOTHING)
    text = f'{difference.mean:+.2f} [{difference.low:+.2f}, {difference.high:+.2f}]'
    return Cell(text, difference.mean)


def _value(values: Sequence[float]) -> Cell:
    cell = number(mean(values))
    if len(values) > 1 and cell.value is not None:
        return Cell(f'{cell.text} ± {stdev(values):.2f}', cell.value)
    return cell


def _how_to_read(subjects: Sequence[Subject], pairs: Sequence[Pair]) -> str:
    counts = WHOLE.counts(subjects[0].passes[0])
    images = OVER_IMAGES.format(replicates=replicates(counts))
    over_seeds = [OVER_SEEDS] if any(len(pair.seeds) > 1 for pair in pairs) else []
    return ' '.join([*over_seeds, images, NOISE]).replace('\n', ' ')


def _titles(subjects: Sequence[Subject]) -> str:
    return ', '.join(subject.title for subject in subjects)
