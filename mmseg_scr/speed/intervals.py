"""A median with an interval that supposes nothing about how times are distributed."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb
from statistics import median

LEVEL = 0.95


@dataclass(frozen=True)
class Interval:
    """A median and the ends of its interval, None where there are too few values for one."""

    median: float
    low: float | None = None
    high: float | None = None

    def __str__(self) -> str:
        if self.low is None:
            return f'{self.median:.3f}'
        return f'{self.median:.3f} ({self.low:.3f}-{self.high:.3f})'


def median_interval(values: Sequence[float], *, level: float = LEVEL) -> Interval:
    """The median of independent values, between two of them that hold it at least so often.

    Each value is below the median of its distribution in one of two cases, whatever the
    distribution: the number of those below is binomial, so the k-th smallest and the k-th largest
    value miss the median with a probability that is counted. k is the largest that is allowed.

    Args:
        values: at least one.
        level: of the interval, in (0, 1). At 0.95, fewer than six values have no interval.

    Raises:
        ValueError: no values.
    """
    if not values:
        raise ValueError('a median needs at least one value, got none')
    ordered = sorted(values)
    count = len(ordered)
    inside = 0
    while 2 * _below(inside + 1, count) <= 1 - level:
        inside += 1
    if inside == 0:
        return Interval(median(ordered))
    return Interval(median(ordered), ordered[inside - 1], ordered[-inside])


def _below(k: int, count: int) -> float:
    """Probability that fewer than k of ``count`` tosses of a coin are heads."""
    return sum(comb(count, i) for i in range(k)) / 2**count
