"""Single images: all of them in a table, and those that changed most as pictures."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from mmseg_scr.drafts import write_csv
from mmseg_scr.figures.of_scenes import improvements
from mmseg_scr.figures.of_tallies import class_pairs
from mmseg_scr.figures.scenes import Scene, load_sample, picture
from mmseg_scr.reports.document import (
    Absent,
    Block,
    Picture,
    Section,
    Table,
    Text,
    clean,
    number,
    word,
)
from mmseg_scr.reports.measures import image_scores
from mmseg_scr.reports.subjects import Pair, Subject, tally_of
from mmseg_scr.visualization.figure import PAGE_WIDTH

PAIRS = 15  # of classes in a table
LEAST = 1e-9  # difference of two scores that counts as one


def class_changes(pairs: Sequence[Pair]) -> Section:
    """Which confusions were cured and which are new, one table and picture a pair of models."""
    section = Section('pairs', 'Pairs of classes: cured and broken')
    for pair in pairs:
        changes = pair.changes()
        names = [*pair.base.model.classes, 'no class']
        size = np.maximum(changes.before.sum(1, keepdims=True), 1) / 100
        order = np.argwhere((changes.churn > 0) | (changes.net != 0))
        order = sorted(order.tolist(), key=lambda at: -abs((changes.net / size)[tuple(at)]))
        heading = f'{pair.base.title} → {pair.other.title}{pair.of_which}'
        if not order:
            section.blocks.append(Absent(f'{heading}: the predictions are equal in all images.'))
            continue
        rows = [
            [
                word(f'{names[t]} as {names[p]}'),
                *(number((getattr(changes, n) / size)[t, p]) for n in ('cured', 'broken')),
                number((changes.net / size)[t, p], signed=True),
                *(number(getattr(changes, n)[t, p], 0) for n in ('better', 'worse')),
            ]
            for t, p in order[:PAIRS]
        ]
        caption = (
            f'{heading}: confusions in percent of the pixels of the true class. Cured are pixels '
            'that only the second model has right, broken those that only the first has; net is '
            'what is no longer taken so, less what is now.'
        )
        columns = ['true as predicted', 'cured', 'broken', 'net', 'images better', 'images worse']
        section.blocks.append(Table(caption, columns, rows, sortable=True))
        tally = tally_of([pair.base, pair.other], changes)
        figure = class_pairs(tally, pair.base.model.classes, width=PAGE_WIDTH)
        alt = f'Bars of pairs of classes, cured to the right and broken to the left, {heading}.'
        section.blocks.append(Picture(figure, alt, f'{heading}: the pairs with the largest net.'))
    return section


def image_table(subjects: Sequence[Subject], pairs: Sequence[Pair], rows: int) -> Section:
    """The score of every image, the lowest of the last model first."""
    scores = _scores(subjects, pairs)
    *_, last = scores.values()
    order = np.argsort(last, kind='stable')  # nan comes last
    names = subjects[0].passes[0].names
    gains = _gains(scores, pairs)
    body = [
        [
            word(names[i]),
            *(number(100 * column[i]) for column in scores.values()),
            *(number(100 * column[i], signed=True) for column in gains.values()),
        ]
        for i in order[:rows]
    ]
    which = f'The lowest {len(body)} of {len(names)}' if len(body) < len(names) else 'All'
    caption = (
        f'{which} images, mean IoU over the classes in the label of each, in percent'
        f'{_of_all(pairs)}; the lowest of {subjects[-1].title} first.'
    )
    columns = ['image', *scores, *gains]
    table = Table(caption, columns, body, sortable=True, rising=len(scores))
    return Section('images', 'Images, worst first', [table])


def write_image_csv(path: Path, subjects: Sequence[Subject], pairs: Sequence[Pair]) -> None:
    """All images, one line each."""
    scores = _scores(subjects, pairs)
    names = subjects[0].passes[0].names
    rows = [
        [clean(name), *(f'{100 * value:.4f}' for value in values)]
        for name, *values in zip(names, *scores.values(), strict=True)
    ]
    write_csv(path, [['image', *scores], *rows])


def changed_images(pairs: Sequence[Pair], shown: int) -> Section:
    """Pictures of the images that improved and worsened most."""
    section = Section('changed', 'Most improved and most worsened images')
    if shown == 0:
        section.blocks.append(Absent('No picture was asked for.'))
    for pair in pairs if shown else ():
        gains = gains_of(pair)
        for kind, order in (('improved', np.argsort(-gains)), ('worsened', np.argsort(gains))):
            section.blocks += _pictures(pair, gains, kind, order, shown)
    return section


def gains_of(pair: Pair) -> np.ndarray:
    """(N,) score of each image above the baseline's, 0 where it has none."""
    before, after = map(image_scores, pair.shown)
    return np.nan_to_num(after - before)


def _pictures(
    pair: Pair, gains: np.ndarray, kind: str, order: np.ndarray, shown: int
) -> list[Block]:
    sign = 1 if kind == 'improved' else -1
    chosen = [int(i) for i in order[:shown] if sign * gains[i] > LEAST]
    heading = f'{pair.base.title} → {pair.other.title}{pair.of_which}'
    if not chosen:
        return [Absent(f'{heading}: no image {kind}.')]
    blocks: list[Block] = [Text(f'{heading}: most {kind}.')]
    for index in chosen:
        scene = _scene(pair, index)
        figure = improvements([scene], pair.base.model, width=PAGE_WIDTH)
        change = f'{scene.name}: {100 * gains[index]:+.1f} points of mean IoU.'
        alt = f'{scene.name} with labels and both predictions; what changed is outlined.'
        blocks.append(Picture(figure, alt, change, is_photograph=True))
    return blocks


def _scene(pair: Pair, index: int) -> Scene:
    before, after = pair.shown
    (truth, first), (_, last) = before.maps(index), after.maps(index)
    image = picture(load_sample(pair.base.model, index), truth.shape)
    predictions = {pair.base.title: first, pair.other.title: last}
    return Scene(before.names[index], image, truth, predictions)


def _scores(subjects: Sequence[Subject], pairs: Sequence[Pair]) -> dict[str, np.ndarray]:
    """Heading -> (N,), each by the training whose predictions are compared."""
    if not pairs:
        return {subject.title: image_scores(subject.passes[0]) for subject in subjects}
    return {
        subject.title + _of_its_own(pair, pairs): image_scores(result)
        for pair in pairs
        for subject, result in zip((pair.base, pair.other), pair.shown, strict=True)
    }


def _gains(scores: Mapping[str, np.ndarray], pairs: Sequence[Pair]) -> dict[str, np.ndarray]:
    """Heading -> (N,) score of each image above that of the baseline, of one seed."""
    gains = {}
    for pair in pairs:
        base, other, which = pair.base.title, pair.other.title, _of_its_own(pair, pairs)
        gains[f'{other} − {base}{which}'] = scores[other + which] - scores[base + which]
    return gains


def _of_all(pairs: Sequence[Pair]) -> str:
    """Which training of the baseline all pairs compare with; nothing where they differ in that."""
    one = len({id(pair.shown[0]) for pair in pairs}) == 1
    return pairs[0].of_which if one else ''


def _of_its_own(pair: Pair, pairs: Sequence[Pair]) -> str:
    """Which training a pair compares, where that is not said of all."""
    return '' if _of_all(pairs) else pair.of_which
