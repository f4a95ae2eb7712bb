"""What comes of a comparison."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from mmseg_scr.benchmarks.comparisons import Comparison
from mmseg_scr.speed.intervals import Interval


@dataclass(frozen=True)
class Quantity:
    """A number in milliseconds or bytes, and its ratio to that of the first subject."""

    value: float
    ratio: Interval | None = None


@dataclass(frozen=True)
class Row:
    """What was measured of one subject.

    Attributes:
        name: of the subject.
        quantities: by the names in ``comparisons``.
        waits: operator -> how often it makes the host wait for a device; None where not counted.
        parts: part -> milliseconds, of eager models in inference.
        note: what it is, or why nothing was measured.
        rounds: of the times.
    """

    name: str
    quantities: Mapping[str, Quantity] = field(default_factory=dict)
    waits: Mapping[str, int] | None = None
    parts: Mapping[str, float] = field(default_factory=dict)
    note: str = ''
    rounds: int = 0


@dataclass(frozen=True)
class Outcome:
    """Of one comparison: a row a subject, which clock it was, or why there is nothing."""

    comparison: Comparison
    rows: tuple[Row, ...] = ()
    clock: str = ''
    note: str = ''
