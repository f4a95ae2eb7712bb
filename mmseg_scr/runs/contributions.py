"""What each part of a trained model adds to its predictions, by leaving it out at test time.

A part that others have learned to rely on costs more to leave out than it added to the training,
and one that others can do without costs less: only a training without it tells what it is worth.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from mmseg.models import BaseSegmentor

from mmseg_scr.probes.knockouts import KNOCKOUTS, knocked_out, mean_results, present_knockouts
from mmseg_scr.progress import ProgressReport
from mmseg_scr.runs.sample import Sample, predict, score

WHOLE = 'nothing'


@dataclass(frozen=True)
class Contribution:
    """A model without one part.

    Attributes:
        name: of the knockout, see :mod:`mmseg_scr.probes.knockouts`; ``'nothing'`` of the whole.
        changed: share of all pixels that get another label, 0 to 1.
        scores: in percent, see :func:`mmseg_scr.runs.sample.score`.
    """

    name: str
    changed: float
    scores: dict[str, float]


def measure_contributions(
    model: BaseSegmentor, sample: Sample, *, progress: ProgressReport
) -> list[Contribution]:
    """Label a sample with the whole model and without each of its parts in turn.

    Args:
        model: trained; it is in evaluation mode afterwards and otherwise as it was.
        sample: images with their truth.
        progress: called after every image.

    Returns:
        The whole model first.
    """
    with mean_results(model) as means:
        whole = predict(model, sample, progress=progress, title='the whole model')
    found = [Contribution(WHOLE, 0.0, score(sample, whole))]
    for name in present_knockouts(model):
        with knocked_out(model, name, means):
            maps = predict(model, sample, progress=progress, title=f'without {name}')
        found.append(Contribution(name, _changed(whole, maps), score(sample, maps)))
    return found


def format_contributions(found: Sequence[Contribution]) -> str:
    """A table in markdown, differences to the whole model in parentheses."""
    whole, *others = found
    lines = [
        '| without | in its place | pixels changed | mIoU | in the band of 1 pixel |',
        '| --- | --- | ---: | ---: | ---: |',
        f'| {WHOLE} | | | ' + ' | '.join(f'{score:.2f}' for score in whole.scores.values()) + ' |',
    ]
    for each in others:
        knockout = KNOCKOUTS[each.name]
        values = (
            f'{each.scores[name]:.2f} ({each.scores[name] - score:+.2f})'
            for name, score in whole.scores.items()
        )
        cells = [knockout.what, knockout.instead, f'{each.changed:.2%}', *values]
        lines.append(f'| {" | ".join(cells)} |')
    return '\n'.join(lines)


def _changed(before: Sequence[np.ndarray], after: Sequence[np.ndarray]) -> float:
    pixels = sum(labels.size for labels in before)
    return sum(int((a != b).sum()) for a, b in zip(before, after, strict=True)) / pixels
