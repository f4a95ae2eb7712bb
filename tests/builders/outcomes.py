"""Outcomes of benchmarks with made numbers."""

from pathlib import Path

from mmseg_scr.benchmarks import Comparison, Goal, Outcome, Row, Subject
from mmseg_scr.benchmarks.outcomes import Quantity
from mmseg_scr.speed.intervals import Interval

MACHINE = dict(device='a chip', versions=dict(torch='2.0'), date='2000-01-01', command='benchmark')


def comparison(**options) -> Comparison:
    """Two subjects and a goal for the second."""
    subjects = Subject('a', Path('here/a.py')), Subject('b', Path('here/b.py'))
    settings = dict(goals=(Goal('b', 'time', 1.05),)) | options
    return Comparison('x', subjects, **(dict(size=(64, 96)) | settings))


def outcome(ratio=(1.02, 0.99, 1.04), **options) -> Outcome:
    """Of `comparison`; `ratio` is the second subject's."""
    first = Row('a', {'time': Quantity(100.0, Interval(1.0))}, {}, {'backbone': 80.0}, rounds=9)
    times = {'time': Quantity(100 * ratio[0], Interval(*ratio))}
    second = Row('b', times, {'nonzero': 3}, {'backbone': 90.0, 'context': 5.0}, rounds=9)
    return Outcome(comparison(**options), (first, second), 'a clock')


def growing(decoder: float) -> list[Outcome]:
    """A series of three sizes; its decoder grows with this exponent, parts with 2, 0.5 and 0."""
    outcomes = []
    for side in (64, 128, 256):
        pixels = side * side
        times = {
            'time': Quantity(1e-3 * pixels + 1e-4 * pixels**decoder, None),
            'time of the backbone': Quantity(1e-3 * pixels, None),
            'time of the decoder': Quantity(1e-4 * pixels**decoder, None),
        }
        goals = (Goal('SCR-S optimized', 'time of the decoder', 1.05),) if side == 256 else ()
        size = Comparison(
            'growth',
            (Subject('SCR-S optimized', Path('here/s.py')),),
            (side, side),
            series='growth',
            exponents=goals,
        )
        parts = {'backbone': 5.0, 'context': 1e-6 * pixels**2, 'fusion': side, 'dropout': 0.0}
        outcomes.append(Outcome(size, (Row('SCR-S optimized', times, parts=parts),), 'a clock'))
    return outcomes
