"""Time by part of a model that runs as Python, from hooks around its modules.

Compiled code runs no hooks: of such a model, time the backbone and the decoder as two runs.
"""

import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from statistics import median

import torch
from torch import Tensor, nn

from mmseg_scr.probes.parts import part_label, part_paths
from mmseg_scr.speed.clocks import Run

REST = 'rest'


def time_parts(
    model: nn.Module,
    run: Run,
    *,
    input_width: int,
    rounds: int = 3,
    device: str = 'cpu',
    clock: Callable[[], float] = time.process_time,
) -> dict[str, float]:
    """Median seconds of each part in ``run``, and of the rest of the run.

    Args:
        model: which ``run`` runs once a call; its parts are those of
            :func:`mmseg_scr.probes.parts.part_paths`.
        run: a forward pass.
        input_width: of the images, by which aligners get their names.
        rounds: how often it runs, after once that does not count.
        device: where; on a GPU its events tell the times, not ``clock``.
        clock: seconds, on a CPU.
    """
    mark = _event if torch.device(device).type == 'cuda' else clock
    seconds = defaultdict(list)
    for number in range(1 + rounds):
        spans, labels = _spans(model, run, input_width, mark)
        totals = defaultdict(float)
        for path, (start, end) in spans:
            totals[labels.get(path, path)] += _between(start, end)
        whole = totals.pop('')
        totals[REST] = max(whole - sum(totals.values()), 0.0)
        if number:
            for name, value in totals.items():
                seconds[name].append(value)
    return {name: median(values) for name, values in seconds.items()}


def _spans(
    model: nn.Module, run: Run, input_width: int, mark: Callable[[], object]
) -> tuple[list, dict[str, str]]:
    """(path, (start, end)) of every call of a part and, at the empty path, of the run; labels."""
    spans, labels, open_marks = [], {}, {}

    def before(path: str, module: nn.Module, inputs: tuple) -> None:
        open_marks[path] = mark()

    def after(path: str, module: nn.Module, inputs: tuple, output: object) -> None:
        spans.append((path, (open_marks.pop(path), mark())))
        width = output.shape[-1] if isinstance(output, Tensor) and output.dim() == 4 else None
        labels[path] = part_label(path, input_width, width)

    with ExitStack() as stack:
        for path in part_paths(model):
            for module in _called(model.get_submodule(path)):
                stack.callback(module.register_forward_pre_hook(partial(before, path)).remove)
                stack.callback(module.register_forward_hook(partial(after, path)).remove)
        start = mark()
        run()
        spans.append(('', (start, mark())))
    return spans, labels


def _called(module: nn.Module) -> list[nn.Module]:
    """The module, or the items of a list of modules, which is never called itself."""
    if isinstance(module, nn.ModuleList):
        return [item for child in module for item in _called(child)]
    return [module]


def _event() -> torch.cuda.Event:
    event = torch.cuda.Event(enable_timing=True)
    event.record()
    return event


def _between(start: object, end: object) -> float:
    if isinstance(start, float):
        return end - start
    end.synchronize()
    return start.elapsed_time(end) / 1000
