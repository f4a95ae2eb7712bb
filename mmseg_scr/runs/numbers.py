"""The numbers of a finished training by flat names, as the columns of a table ask for them."""

import re
from collections.abc import Sequence
from statistics import mean

from mmseg_scr.runs.records import RunRecord

CROSS_ENTROPY = re.compile(r'decode(_\d+)?\.loss_ce')  # of the last head of a cascade, or the head
TAIL = 10  # the last loss is the mean over one part in so many of the logged points
LAST_LOSS = 'last_loss'
LAST_CROSS_ENTROPY = 'last_loss_ce'


def numbers(record: RunRecord) -> dict[str, float]:
    """What the test said and how the losses went.

    Returns:
        The metrics, those of a class as ``IoU/road`` and without classes that have no value;
        ``first_loss``, the first logged total loss; ``last_loss``, the mean over the last tenth of
        the logged ones; ``last_loss_ce``, the same of the decode head's cross-entropy, which
        compares runs with a contrast term and without.
    """
    found = {}
    for name, value in record.metrics.items():
        by_class = value.items() if isinstance(value, dict) else [(None, value)]
        found |= {f'{name}/{key}' if key else name: v for key, v in by_class if v is not None}
    losses = {name: values for name, (_, values) in record.curves.items() if 'loss' in name}
    if losses.get('loss'):
        found |= {'first_loss': losses['loss'][0], LAST_LOSS: _mean_of_tail(losses['loss'])}
    of_heads = sorted(name for name in losses if CROSS_ENTROPY.fullmatch(name))
    if of_heads:
        found[LAST_CROSS_ENTROPY] = _mean_of_tail(losses[of_heads[-1]])
    return found


def _mean_of_tail(values: Sequence[float]) -> float:
    return mean(values[-max(len(values) // TAIL, 1) :])
