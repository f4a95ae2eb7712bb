"""A model and its changed copy on the same inputs: whether they agree, and which is faster."""

import math
from collections.abc import Callable, Sequence
from functools import cached_property, partial

import torch
from mmseg.models import BaseSegmentor
from torch import Tensor

from mmseg_scr.acceleration.likeness import EQUAL, Likeness, compare, logits
from mmseg_scr.acceleration.part import Part
from mmseg_scr.acceleration.report import Report, Step
from mmseg_scr.acceleration.trial import Times, take_turns, time_alone
from mmseg_scr.heap import keep_memory
from mmseg_scr.probes.last_head import threshold_of

OBSERVED = 128  # side of the input on which a pass is watched, whose maps are all kept


class Trials:
    """Of one model, in the order in which steps are tried.

    Attributes:
        original: as it was given; stays.
        model: the copy that steps change or replace.
        pictures: prepared real images, maybe none.
        steps: so far.
        precision: in which the model computes.

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
        self._inputs = [*noise, *pictures]
        self._expected = [logits(original, inputs) for inputs in self._inputs]

    @property
    def device(self) -> torch.device:
        """Where it all runs."""
        return self._inputs[0].device

    @cached_property
    def small_input(self) -> Tensor:
        """(1, 3, h, w) of noise; of a network that takes no part of an image, the whole one."""
        image = self._inputs[0][:1]
        corner = image[..., :OBSERVED, :OBSERVED]
        try:
            logits(self.original, corner)
        except Exception:  # of many kinds: sizes that are fixed, or too small
            return image
        return corner

    def is_repeatable(self) -> bool:
        """Whether the model agrees with itself, or nothing could be checked."""
        likeness = self.likeness(self.original)
        if not likeness.is_equal:
            reason = 'two runs of the model itself differ, with equal random numbers'
            if math.isnan(likeness.difference):
                reason = 'the logits of the model itself are not numbers (nan or infinite)'
            self.steps.append(Step('all', False, reason, likeness.difference, likeness.agreement))
        return likeness.is_equal

    def likeness(
        self, model: BaseSegmentor | None = None, *, on_pictures: bool = False
    ) -> Likeness:
        """Of the model (the changed copy by default) and the original."""
        first = len(self._inputs) - len(self.pictures) if on_pictures else 0
        actual = [logits(model or self.model, inputs) for inputs in self._inputs[first:]]
        return compare(self._expected[first:], actual, threshold=threshold_of(self.original))

    def ratio(
        self,
        before: Callable[[], object],
        after: Callable[[], object],
        run: Callable[[], object] | None = None,
    ) -> float:
        """Time after a change by that before it; the change is there afterwards.

        Args:
            before: puts the model into the state without the change; takes no time itself.
            after: puts it into the state with it.
            run: what is timed; a prediction by default.
        """
        run = run or self.run_of(self.model)

        def after_preparing(prepare: Callable[[], object]) -> None:
            prepare()
            run()

        runs = partial(after_preparing, before), partial(after_preparing, after)
        times = take_turns(*runs, device=self.device)
        after()  # which of the two was last, the number of rounds decides
        return times.ratio

    @torch.no_grad()
    def ratio_of_part(
        self, part: Part, before: Callable[[], object], after: Callable[[], object]
    ) -> float:
        """:meth:`ratio` of a part alone: of a small one, a prediction would tell nothing."""
        args, kwargs = part.first_inputs(self.run_of(self.model))
        return self.ratio(before, after, lambda: part(*args, **kwargs))

    def ratio_to(self, model: BaseSegmentor) -> float:
        """Time of another model by that of the present one."""
        runs = self.run_of(self.model), self.run_of(model)
        return take_turns(*runs, device=self.device).ratio

    def ratio_with_memory(self) -> float:
        """Time of the model with kept memory, which there is from now on, by that without.

        The heap of a process does not go back to what it was, so these do not take turns.
        """
        run = self.run_of(self.model)
        before = time_alone(run, device=self.device)
        keep_memory()
        return time_alone(run, device=self.device) / before

    def times(self) -> Times:
        """Of the original and the model, in turns."""
        runs = self.run_of(self.original), self.run_of(self.model)
        return take_turns(*runs, device=self.device)

    def report(self, size: tuple[int, int], times: Times) -> Report:
        """What came out.

        Args:
            size: of the inputs.
            times: :meth:`times`, with what was gained since.
        """
        likeness = self.likeness()
        return Report(
            size=size,
            device=str(self.device),
            precision=self.precision,
            steps=tuple(self.steps),
            milliseconds=(times.first, times.second),
            ratio=times.ratio,
            difference=likeness.difference,
            agreement=likeness.agreement,
        )

    def run_of(self, model: BaseSegmentor) -> Callable[[], Tensor]:
        """Predicts what times are measured on."""
        return lambda: logits(model, self._inputs[0])


def why_unlike(likeness: Likeness) -> str:
    """For a step that changed too much."""
    if likeness.difference > EQUAL:
        return f'results differ by more than {EQUAL:.0e} of the largest logit'
    return 'results differ'
