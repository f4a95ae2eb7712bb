"""The changes that are tried on a model, each on its own: kept, or refused in a line."""

import copy
import math
from collections.abc import Callable, Sequence
from functools import partial

import torch
from mmengine.logging import print_log
from mmseg.models import BaseSegmentor

from mmseg_scr.acceleration.fold import fold_normalizations
from mmseg_scr.acceleration.likeness import EQUAL, logits
from mmseg_scr.acceleration.mscan import fold_mscan_blocks
from mmseg_scr.acceleration.part import Part
from mmseg_scr.acceleration.pools import free_pools, give_back
from mmseg_scr.acceleration.programs import Programs, one_line
from mmseg_scr.acceleration.report import Step
from mmseg_scr.acceleration.split import split_feed_forwards
from mmseg_scr.acceleration.trials import Trials, why_unlike
from mmseg_scr.checks.compilers import missing_compiler
from mmseg_scr.heap import can_keep_memory, return_memory

HALF_TOLERANCE = 0.1  # of compiled half precision from eager half precision, in one part
LAST = 'decode_head'  # or several of them: what the segmentor itself reads
SLOWER = 'it is no faster'
WORTH = 0.98  # of the time, at most: a layout that gains less is not worth a change


def fold(trials: Trials) -> None:
    """Take the normalisations into the convolutions."""
    model = copy.deepcopy(trials.model)
    try:
        count = fold_mscan_blocks(model)
        count += fold_normalizations(model, lambda: logits(model, trials.small_input))
        if count:
            _exchange(trials, 'fold', model, f'{count} normalisations are in convolutions')
            return
        reason = 'no normalisation stands alone beside a convolution'
    except Exception as error:
        reason = one_line(error)
    trials.steps.append(Step('fold', False, reason))


def split(trials: Trials) -> None:
    """On a CPU, let feed-forward blocks make their hidden maps in parts, if that is faster."""
    if trials.device.type != 'cpu':
        return
    model = copy.deepcopy(trials.model)
    count = split_feed_forwards(model, trials.run_of(model))
    if count:
        reason = f'{count} feed-forward blocks make a part of their hidden map at a time'
        _exchange(trials, 'split', model, reason, most=WORTH)


def _exchange(
    trials: Trials, name: str, model: BaseSegmentor, reason: str, *, most: float = math.inf
) -> None:
    """Go on with another model if it says the same, and takes ``most`` of the time at most."""
    likeness = trials.likeness(model)
    found = likeness.difference, likeness.agreement
    if not likeness.is_equal:
        trials.steps.append(Step(name, False, why_unlike(likeness), *found))
        return
    ratio = trials.ratio_to(model)
    if ratio > most:
        trials.steps.append(Step(name, False, SLOWER, *found, ratio))
        return
    trials.model = model
    trials.steps.append(Step(name, True, reason, *found, ratio))


def compile_parts(trials: Trials, parts: list[Part], backend: str) -> None:
    """Compile each part that prediction uses; the others leave ``parts``."""
    logits(trials.model, trials.small_input)
    for part in [part for part in parts if not part.calls]:
        part.remove()
        parts.remove(part)
    missing = missing_compiler(trials.device, backend)
    if missing:
        trials.steps.append(Step('compile', False, f'{missing}; it stays eager'))
        return
    for part in parts:
        pools = free_pools(part.module)
        programs = _programs(part, backend, EQUAL)
        part.use(programs)
        step = _judge_compiled(trials, part, programs)
        trials.steps.append(step)
        if not step.taken:
            part.use(None)
            give_back(pools)
        programs.tell = _log


def _judge_compiled(trials: Trials, part: Part, programs: Programs) -> Step:
    name = f'compile {part.name}'
    likeness = trials.likeness()
    found = likeness.difference, likeness.agreement
    if programs.failure:
        return Step(name, False, programs.failure)
    if not likeness.is_equal:
        return Step(name, False, why_unlike(likeness), *found)
    ratio = trials.ratio_of_part(part, lambda: part.use(None), lambda: part.use(programs))
    if ratio >= 1:
        return Step(name, False, SLOWER, *found, ratio)
    return Step(name, True, 'one program for this size, one for others', *found, ratio)


def choose_memory_format(trials: Trials, parts: Sequence[Part]) -> None:
    """Lay out what stays eager as (B, H, W, C), where that is faster."""
    name = 'channels_last'
    eager = [part for part in parts if part.programs is None]
    if not eager:
        reason = 'everything is compiled, and the compiler chooses layouts'
        trials.steps.append(Step(name, False, reason))
        return
    forwards = {part: (part.forward, _channels_last_twin(part).forward) for part in eager}

    def use(index: int) -> None:
        for part, choices in forwards.items():
            part.forward = choices[index]

    use(1)
    try:
        likeness = trials.likeness()
    except RuntimeError as error:  # a view of what no longer lies as it did
        use(0)
        trials.steps.append(Step(name, False, one_line(error)))
        return
    ratio = trials.ratio(lambda: use(0), lambda: use(1))
    use(0)
    found = likeness.difference, likeness.agreement, ratio
    if not likeness.is_equal:
        trials.steps.append(Step(name, False, why_unlike(likeness), *found))
    elif ratio > WORTH:
        trials.steps.append(Step(name, False, SLOWER, *found))
    else:
        for part in eager:
            part.module.to(memory_format=torch.channels_last)
        names = ', '.join(part.name for part in eager)
        trials.steps.append(Step(name, True, f'layout of {names}', *found))


def lower_precision(
    trials: Trials, parts: Sequence[Part], dtype: torch.dtype, backend: str
) -> None:
    """Compute in half precision, if real images keep their classes and time is gained.

    If the whole network may not, each part is tried for itself, and stays so beside those before.
    """
    name = str(dtype).removeprefix('torch.')
    if not trials.pictures:
        reason = 'it is judged on real images, and none were given; pass images=[...]'
        trials.steps.append(Step(name, False, reason))
        return
    if _try_half(trials, name, parts, dtype, backend):
        trials.precision = name
    elif len(parts) > 1:
        half = [
            part.name
            for part in parts
            if _try_half(trials, f'{name} {part.name}', [part], dtype, backend)
        ]
        if half:
            trials.precision = f'float32, {name} in {", ".join(half)}'


def _try_half(
    trials: Trials, name: str, parts: Sequence[Part], dtype: torch.dtype, backend: str
) -> bool:
    """Let some parts compute in half precision; whether they still do afterwards."""
    full = [part.programs for part in parts]
    half = [part.programs and _programs(part, backend, HALF_TOLERANCE) for part in parts]

    def use(programs: Sequence[Programs | None], dtype: torch.dtype | None) -> None:
        for part, own in zip(parts, programs, strict=True):
            # What is handed on to another part in half precision may stay as it is.
            is_last = len(parts) == 1 or part.name.startswith(LAST)
            part.use(own, dtype, to_float=is_last)

    use(half, dtype)
    step = _judge_half(trials, name, parts, lambda: use(full, None), lambda: use(half, dtype))
    trials.steps.append(step)
    if not step.taken:
        use(full, None)
    for programs in filter(None, half):
        programs.tell = _log
    return step.taken


def _judge_half(
    trials: Trials,
    name: str,
    parts: Sequence[Part],
    before: Callable[[], None],
    after: Callable[[], None],
) -> Step:
    try:
        likeness = trials.likeness(on_pictures=True)
    except RuntimeError as error:  # an operator that has no half precision
        return Step(name, False, one_line(error))
    found = likeness.difference, likeness.agreement
    failures = [p.programs.failure for p in parts if p.programs and p.programs.failure]
    if failures:
        return Step(name, False, failures[0], *found)
    if not likeness.agrees:
        return Step(name, False, 'too many pixels of the images change their class', *found)
    is_alone = len(parts) == 1
    ratio_of = partial(trials.ratio_of_part, *parts) if is_alone else trials.ratio
    ratio = ratio_of(before, after)
    if ratio >= 1:
        return Step(name, False, 'it is no faster on this device', *found, ratio)
    return Step(name, True, 'the images keep their classes', *found, ratio)


def keep_freed_memory(trials: Trials) -> float:
    """Let the process keep the memory of maps for those of the next prediction.

    Returns:
        The time after by that before.
    """
    if trials.device.type != 'cpu':
        return 1.0
    if not can_keep_memory():
        trials.steps.append(Step('memory', False, 'the C library is not glibc'))
        return 1.0
    ratio = trials.ratio_with_memory()
    if ratio > WORTH:
        return_memory()
        trials.steps.append(Step('memory', False, SLOWER, ratio=ratio))
        return 1.0
    reason = 'the process keeps what it frees for the next prediction'
    trials.steps.append(Step('memory', True, reason, ratio=ratio))
    return ratio


def _programs(part: Part, backend: str, tolerance: float) -> Programs:
    return Programs(part.forward, part.name, backend=backend, tolerance=tolerance)


def _channels_last_twin(part: Part):
    part.remove()
    twin = copy.deepcopy(part.module).to(memory_format=torch.channels_last)
    part.install()
    return twin


def _log(line: str) -> None:
    print_log(line, logger='current')
