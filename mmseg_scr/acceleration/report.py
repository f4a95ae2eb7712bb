"""What was done to a model to make it faster, what was refused and why, and what was gained."""

import logging
from dataclasses import dataclass

from mmengine.logging import print_log


@dataclass(frozen=True)
class Step:
    """One change that was tried.

    Attributes:
        name: such as 'fold' or 'compile backbone'.
        taken: False if the model stayed as it was.
        reason: what was done, or why it was not, in one line.
        difference: from the model as it was given, largest over all checks; a share of the largest
            value of its logits. None if it was not measured.
        agreement: pixels with the same class as before, 0 to 1.
        ratio: time with the change over time without; None if it was not measured.
    """

    name: str
    taken: bool
    reason: str
    difference: float | None = None
    agreement: float | None = None
    ratio: float | None = None

    def __str__(self) -> str:
        """One line."""
        facts = []
        if self.ratio is not None:
            facts.append(f'time x{self.ratio:.2f}')
        if self.difference is not None:
            facts.append(f'largest difference {self.difference:.0e}')
        if self.agreement is not None:
            facts.append(f'equal classes {self.agreement:.4%}')
        state = 'taken' if self.taken else 'refused'
        return f'{self.name} {state}: {self.reason}' + (f' ({", ".join(facts)})' if facts else '')


@dataclass(frozen=True)
class Report:
    """All steps, and the model that came out of them against the one that went in.

    Attributes:
        size: (height, width) of the images on which it was tried.
        device: where.
        precision: in which the model computes now.
        steps: in the order in which they were tried.
        milliseconds: of one image batch: (before, after), medians.
        ratio: median over rounds in which both took turns, of the time after over that before.
        difference: from the model as it was given, as in :class:`Step`.
        agreement: pixels with the same class as before, 0 to 1.
    """

    size: tuple[int, int]
    device: str
    precision: str
    steps: tuple[Step, ...]
    milliseconds: tuple[float, float]
    ratio: float
    difference: float
    agreement: float

    @property
    def taken(self) -> tuple[Step, ...]:
        """The steps that changed the model."""
        return tuple(step for step in self.steps if step.taken)

    @property
    def refused(self) -> tuple[Step, ...]:
        """The steps that left it as it was."""
        return tuple(step for step in self.steps if not step.taken)

    def __str__(self) -> str:
        """A line a step, and one for the whole."""
        height, width = self.size
        before, after = self.milliseconds
        whole = (
            f'{height}x{width} on {self.device}: {before:.0f} -> {after:.0f} ms (x{self.ratio:.2f})'
            f', largest difference {self.difference:.0e}, equal classes {self.agreement:.4%}'
        )
        return '\n'.join([*map(str, self.steps), whole])


def warn_that_nothing_was_done(error: Exception) -> None:
    """Log why a model could not be optimized, by who goes on with it as it is."""
    reason = f'{type(error).__name__}: {error}'
    line = f'the model was not optimized and goes on as it is: {reason}'
    print_log(line, logger='current', level=logging.WARNING)
