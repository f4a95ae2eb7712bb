"""Says what happens inside of the modules while they train; off unless a config names it."""

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext

from mmengine.hooks import Hook
from mmengine.optim import OptimWrapperDict
from mmengine.registry import HOOKS
from mmengine.runner import Runner
from torch.optim import Optimizer

from mmseg_scr.probes import (
    KINDS,
    Inside,
    bare_model,
    gradient_norms,
    looking_inside,
    summarize,
    undisturbed,
)

GRADIENTS = 'gradient_norm'
EXPECTED_GRADIENTS = ('backbone', 'context', 'aligners', 'fusion', 'classifier', 'contrast')


@HOOKS.register_module()
class DiagnosticsHook(Hook):
    """Measures attention, channel factors, offsets, 3x3 weights, anchors and gradients at times.

    After the step of such an iteration its batch runs once more, uncompiled, in evaluation mode and
    without gradients, in the precision of the training; the random state, buffers and modes are
    then as before, so that training is the same with and without this hook. Norms of gradients are
    those that the optimizer sees: of all processes, unscaled, after clipping. In distributed
    training every process measures (a part may wait for the others) and the numbers of the first
    are reported. Between its times the hook does nothing.

    Each number goes to the log and, as ``diagnostics/<path of the module>/<statistic>``, to the
    backends of the visualizer. What a model does not have is named as absent.

    Args:
        interval: iterations from one measurement to the next. One that does not step, by gradient
            accumulation or by an overflow in half precision, leaves it to the next that does.

    Raises:
        ValueError: ``interval`` is below 1.
    """

    priority = 'VERY_LOW'

    def __init__(self, interval: int = 500) -> None:
        if interval < 1:
            raise ValueError(f'interval must be at least 1, got {interval}')
        self.interval = interval
        self._handles: list = []
        self._gradients: dict[str, float] = {}

    def before_train_iter(
        self, runner: Runner, batch_idx: int, data_batch: dict | tuple | list | None = None
    ) -> None:
        """Ask the optimizers for their next step, if a measurement is due."""
        if self._handles or not self.every_n_train_iters(runner, self.interval):
            return
        model = bare_model(runner.model)

        def read(optimizer: Optimizer, *_: object) -> None:
            scale = getattr(optimizer, 'grad_scale', None)  # of a fused step in half precision
            self._gradients |= gradient_norms(model, scale=1.0 if scale is None else float(scale))

        for wrapper in _wrappers(runner):
            self._handles.append(wrapper.optimizer.register_step_pre_hook(read))

    def after_train_iter(
        self,
        runner: Runner,
        batch_idx: int,
        data_batch: dict | tuple | list | None = None,
        outputs: dict | None = None,
    ) -> None:
        """Measure, if a measurement is due and the optimizer has stepped."""
        if not self._gradients:
            return
        gradients = self._gradients
        self.after_train(runner)
        inside = probe_batch(runner, data_batch)
        summary = summarize(inside)
        iteration = runner.iter + 1
        runner.logger.info(describe(inside, summary, gradients, iteration))
        runner.visualizer.add_scalars(_scalars(summary, gradients), step=iteration)

    def after_train(self, runner: Runner) -> None:
        """Take back what the optimizers were asked for."""
        for handle in self._handles:
            handle.remove()
        self._handles, self._gradients = [], {}


def probe_batch(runner: Runner, data_batch: dict | tuple | list) -> Inside:
    """Run a batch of the training loop through the model once more and look inside."""
    model = bare_model(runner.model)
    with undisturbed(model), _precision(runner), looking_inside(model) as inside:
        data = model.data_preprocessor(data_batch, True)
        arguments = dict(data) if isinstance(data, Mapping) else None
        if arguments is None:
            model(*data, mode='loss')
        else:
            model(**arguments, mode='loss')
    return inside


def describe(
    inside: Inside,
    summary: Mapping[str, Mapping[str, float]],
    gradients: Mapping[str, float],
    iteration: int,
) -> str:
    """A message of one line for each part, and one for what is absent."""
    rows = {**summary, GRADIENTS: gradients}
    lines = [f'Diagnostics at iteration {iteration}']
    for path, values in rows.items():
        lines.append(f'{path}: ' + ', '.join(f'{n} {v:.4g}' for n, v in values.items()))
    absent = [kind for kind in KINDS if not getattr(inside, kind)]
    absent += [f'{GRADIENTS} of {part}' for part in EXPECTED_GRADIENTS if part not in gradients]
    return '\n'.join([*lines, f'absent: {", ".join(absent)}'] if absent else lines)


def _scalars(
    summary: Mapping[str, Mapping[str, float]], gradients: Mapping[str, float]
) -> dict[str, float]:
    rows = {**summary, GRADIENTS: gradients}
    return {
        f'diagnostics/{path}/{name}': value
        for path, values in rows.items()
        for name, value in values.items()
    }


def _wrappers(runner: Runner) -> list:
    wrapper = runner.optim_wrapper
    return list(wrapper.values()) if isinstance(wrapper, OptimWrapperDict) else [wrapper]


def _precision(runner: Runner) -> AbstractContextManager:
    """The autocast that a training step runs in."""
    if isinstance(runner.optim_wrapper, OptimWrapperDict):
        return nullcontext()
    return runner.optim_wrapper.optim_context(runner.model)
