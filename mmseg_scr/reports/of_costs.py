"""What the models cost, and how long they took here."""

from collections.abc import Sequence

import numpy as np

from mmseg_scr.costs import Cost, ModelCost, count_costs
from mmseg_scr.figures.scenes import load_sample
from mmseg_scr.reports.document import NOTHING, Cell, Section, Table, number, word
from mmseg_scr.reports.subjects import Subject

SPEED = """\
Time of the model for one image, median over the images, batch of one, with resizing its logits. It
was taken while predicting, one model after the other, so that a busy machine may favour one:
tools/benchmark.py lets models take turns."""


def costs(subjects: Sequence[Subject]) -> Section:
    """Parameters and multiply-adds for an image of the test set, whole and by part."""
    counted = {subject.title: _count(subject) for subject in subjects}
    sizes = ', '.join(f'{title} {h}x{w}' for title, ((h, w), _) in counted.items())
    totals = Table(
        'Costs of the prediction of one image of the test set as the model is given it '
        f'({sizes}). G is 1e9 multiply-adds: the paper count leaves out products of attention, the '
        'full one has them, executed are those that really run.',
        ['model', 'M parameters', 'paper G', 'full G', 'executed G', 'M of training alone'],
        [
            [word(t), *_cells(cost.total), number(cost.training_only / 1e6, 3)]
            for t, (_, cost) in counted.items()
        ],
    )
    parts = dict.fromkeys(part for _, cost in counted.values() for part in cost.parts)
    by_part = Table(
        f'Paper G of the parts; {NOTHING} where a model has no such part.',
        ['part', *counted],
        [[word(part), *(_part(cost, part) for _, cost in counted.values())] for part in parts],
    )
    return Section('costs', 'Costs', [totals, by_part])


def speed(subjects: Sequence[Subject], device: str) -> Section:
    """Seconds of the passes."""
    rows = []
    for subject in subjects:
        times = 1000 * np.concatenate([result.seconds for result in subject.passes])
        low, middle, high = np.percentile(times, [10, 50, 90])
        spread = Cell(f'{low:.1f} to {high:.1f}', float(high - low))
        rows.append([word(subject.title), number(middle, 1), spread, number(1000 / middle, 1)])
    caption = f'{SPEED} Device: {device}.'.replace('\n', ' ')
    columns = ['model', 'ms', '10th to 90th percentile', 'images a second']
    return Section('speed', 'Speed', [Table(caption, columns, rows)])


def _count(subject: Subject) -> tuple[tuple[int, int], ModelCost]:
    shape = tuple(load_sample(subject.model, 0)['inputs'].shape[-2:])
    return shape, count_costs(subject.model.network, shape)


def _cells(cost: Cost) -> list[Cell]:
    products = (cost.paper, cost.full, cost.executed)
    return [number(cost.parameters / 1e6, 3), *(number(p / 1e9, 3) for p in products)]


def _part(cost: ModelCost, part: str) -> Cell:
    return number(cost.parts[part].paper / 1e9, 3) if part in cost.parts else Cell(NOTHING)
