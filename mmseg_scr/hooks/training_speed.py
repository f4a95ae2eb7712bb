"""What makes a training faster or smaller, by keys of a config that bases can set apart."""

from collections.abc import Mapping

from mmengine.hooks import Hook
from mmengine.model import is_model_wrapper
from mmengine.optim import OptimWrapper, OptimWrapperDict
from mmengine.registry import HOOKS
from mmengine.runner import Runner

from mmseg_scr.heap import can_keep_memory, keep_memory
from mmseg_scr.hooks.autocast import in_mixed_precision
from mmseg_scr.hooks.channels_last import lay_out_channels_last
from mmseg_scr.hooks.checkpointing import checkpoint_blocks
from mmseg_scr.hooks.compiling import compile_parts


@HOOKS.register_module()
class TrainingSpeedHook(Hook):
    """Reads five keys of the config before a training begins; without them it does nothing.

    ``channels_last=True``: the layout of :class:`ChannelsLastHook`. ``autocast='bfloat16'`` or
    ``'float16'``: mixed precision. ``compiled=dict(backend='inductor')``, ``'inductor'`` or
    ``True``: backbone and heads are compiled. ``checkpointed=True``: the backbone keeps less for
    its gradient. ``kept_memory=True``: on a CPU the process keeps what it frees for the next step;
    it needs glibc, and is left out with a warning elsewhere.

    mmengine merges no lists and refuses bases with a common key, so that each has one of its own.
    """

    def before_run(self, runner: Runner) -> None:
        """Change the optimiser wrapper, before its state is loaded."""
        dtype = runner.cfg.get('autocast')
        # Without a training it is a config or None.
        if dtype and isinstance(runner.optim_wrapper, (OptimWrapper, OptimWrapperDict)):
            runner.optim_wrapper = in_mixed_precision(runner.optim_wrapper, dtype)

    def before_train(self, runner: Runner) -> None:
        """Change the model in place, after its weights were drawn or loaded.

        Random numbers fill a tensor in the order of its memory, so that a network laid out before
        would start from other weights.
        """
        if runner.cfg.get('channels_last'):
            lay_out_channels_last(runner)
        model = runner.model.module if is_model_wrapper(runner.model) else runner.model
        if runner.cfg.get('checkpointed'):
            blocks = checkpoint_blocks(model.backbone)
            runner.logger.info(f'{blocks} blocks of the backbone are checkpointed')
        if compiled := runner.cfg.get('compiled'):
            compile_parts(model, **_options_of(compiled))
        if runner.cfg.get('kept_memory') and next(model.parameters()).device.type == 'cpu':
            _keep_memory(runner)

    def before_test(self, runner: Runner) -> None:
        """A test has the layout of the training."""
        if runner.cfg.get('channels_last'):
            lay_out_channels_last(runner)


def _options_of(compiled: bool | str | Mapping) -> Mapping:
    """Of :func:`compile_parts`, for the value of a config."""
    if compiled is True:
        return {}
    if isinstance(compiled, str):
        return dict(backend=compiled)
    if isinstance(compiled, Mapping):
        return compiled
    raise TypeError(
        f'compiled must be dict(backend=...), the name of a backend or True, got {compiled!r}'
    )


def _keep_memory(runner: Runner) -> None:
    if can_keep_memory():
        keep_memory()
    else:
        runner.logger.warning('kept_memory is left out: it needs Linux with glibc')
