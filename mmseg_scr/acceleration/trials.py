"""A model and its changed copy on the same inputs: whether they agree, and which is faster."""

from collections.abc import Callable, Sequence

import torch
from mmseg.models import BaseSegmentor
from torch import Tensor

from mmseg_scr.acceleration.heap import keep_memory, return_memory
from mmseg_scr.acceleration.likeness import EQUAL, Likeness, compare, logits
from mmseg_scr.acceleration.report import Report, Step
from mmseg_scr.acceleration.trial import Times, take_turns

OBSERVED = 128  # side of the input on which a pass is watched, whose maps are all kept


class Trials:
    """Of one model, in the order in which steps are tried.

    Attributes:
        original: as it was given; stays.
        model: the copy that steps change or replace.
        pictures: prepared real images, maybe none.
        steps: so far.
        precision: in which the model computes.
        keeps_memory: whether the process holds on to what it frees.

    Args:
        original: in evaluation mode.
        model: the same, to be changed.
        noise: inputs (B, 3, H, W), one at least; times are measured on the first.
        pictures: likewise.
    """

    def __init__(
        self,
        original: BaseSegmentor,
        model: BaseSegmentor,
        noise: Sequence[Tensor],
        pictures: Sequence[Tensor],
    ) -> None:
        self.original = original
        self.model = model
        self.pictures = pictures
        self.steps: list[Step] = []
        self.precision = 'float32'
        self.keeps_memory = False
        self._inputs = [*noise, *pictures]
        self._expected = [logits(original, inputs) for inputs in self._inputs]

    @property
    def device(self) -> torch.device:
        """Where it all runs."""
        return self._inputs[0].device

    @property
    def small_input(self) -> Tensor:
        """(1, 3, h, w) of noise."""
        return self._inputs[0][:1, :, :OBSERVED, :OBSERVED]

    def is_repeatable(self) -> bool:
        """Whether the model agrees with itself, or nothing could be checked."""
        likeness = self.likeness(self.original)
        if not likeness.is_equal:
            reason = 'two runs of the model itself differ, with equal random numbers'
            self.steps.append(Step('all', False, reason, likeness.difference, likeness.agreement))
        return likeness.is_equal

    def likeness(
        self, model: BaseSegmentor | None = None, *, on_pictures: bool = False
    ) -> Likeness:
        """Of the model (the changed copy by default) and the original."""
        first = len(self._inputs) - len(self.pictures) if on_pictures else 0
        actual = [logits(model or self.model, inputs) for inputs in self._inputs[first:]]
        return compare(self._expected[first:], actual)

    def ratio(self, before: Callable[[], object], after: Callable[[], object]) -> float:
        """Time of the model after a change by that before it.

        Args:
            before: puts the model into the state without the change; takes no time itself.
            after: puts it into the state with it.
        """
        run = self._run_of(self.model)
        return take_turns(run, run, device=self.device, prepare=(before, after)).ratio

    def ratio_to(self, model: BaseSegmentor) -> float:
        """Time of another model by that of the present one."""
        runs = self._run_of(self.model), self._run_of(model)
        return take_turns(*runs, device=self.device).ratio

    def ratio_with_memory(self) -> float:
        """Time of the model in a process that keeps memory, by that in one that does not."""
        return self._times_with_memory(self.model).ratio

    def report(self, size: tuple[int, int]) -> Report:
        """What came out."""
        likeness = self.likeness()
        first, second, ratio = self._times()
        return Report(
            size=size,
            device=str(self.device),
            precision=self.precision,
            steps=tuple(self.steps),
            milliseconds=(first, second),
            ratio=ratio,
            difference=likeness.difference,
            agreement=likeness.agreement,
        )

    def _times(self) -> Times:
        """Of the original and the model, each with the memory that it has."""
        if self.keeps_memory:
            return self._times_with_memory(self.original)
        runs = self._run_of(self.original), self._run_of(self.model)
        return take_turns(*runs, device=self.device)

    def _times_with_memory(self, first: BaseSegmentor) -> Times:
        """Of another model, without, and of the model with kept memory; that is kept afterwards."""
        runs = self._run_of(first), self._run_of(self.model)

        def keep_and_fill() -> None:
            keep_memory()
            runs[1]()

        times = take_turns(*runs, device=self.device, prepare=(return_memory, keep_and_fill))
        keep_memory()
        return times

    def _run_of(self, model: BaseSegmentor) -> Callable[[], Tensor]:
        return lambda: logits(model, self._inputs[0])


def why_unlike(likeness: Likeness) -> str:
    """For a step that changed too much."""
    if likeness.difference > EQUAL:
        return f'results differ by more than {EQUAL:.0e} of the largest logit'
    return 'results differ'
