"""Says what a checkpoint gives to the model, and refuses to test a model that it does not fill."""

import re
from collections import OrderedDict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from mmengine.hooks import Hook
from mmengine.model import BaseTTAModel, is_model_wrapper
from mmengine.optim import OptimWrapper
from mmengine.registry import HOOKS
from mmengine.runner import Runner
from torch import Tensor, nn

NAMES_SHOWN = 5
CLASSIFIER = re.compile(r'(?P<head>.+)\.conv_seg\.(weight|bias)')  # mmseg's BaseDecodeHead


@dataclass(frozen=True)
class Comparison:
    """Names of tensors, by what happens to them when a checkpoint is loaded into a model."""

    loaded: list[str]
    missing: list[str]
    unexpected: list[str]
    mismatched: dict[str, tuple[tuple[int, ...], tuple[int, ...]]]  # name: (checkpoint, model)
    training_only: list[str] = field(default_factory=list)  # of the missing and the mismatched

    @property
    def is_whole(self) -> bool:
        """Whether the tensors of both sides are the same."""
        return not self.missing and not self.mismatched and not self.unexpected

    @property
    def fills_model(self) -> bool:
        """Whether every tensor that a test reads gets its value from the checkpoint."""
        return {*self.missing, *self.mismatched} <= {*self.training_only}


@HOOKS.register_module()
class CheckpointReportHook(Hook):
    """Logs which tensors a checkpoint fills, and raises before testing a partly filled model.

    mmengine skips what does not fit. That is wanted in fine-tuning, so training only warns; a test
    would report the accuracy of random weights. A part whose weights a test does not read, such as
    the embedding of the contrast, names them in a ``training_only`` of its class: a checkpoint may
    lack them.
    """

    priority = 'VERY_LOW'  # sees the state dict after EMAHook exchanged it

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Report on a checkpoint that was read but not yet loaded into the model.

        Raises:
            ValueError: in a run without training, if a tensor that it reads stays as it is.
        """
        model = _bare(runner.model)
        comparison = compare_state_dicts(
            model.state_dict(), checkpoint.get('state_dict', checkpoint), training_only_names(model)
        )
        message = describe(comparison)
        is_training = isinstance(runner.optim_wrapper, OptimWrapper)  # a config until train()
        if not comparison.fills_model and not is_training:
            raise ValueError(
                f'{message}\nThe model would be tested with random weights in these places. Use '
                'the config of the training, or take CheckpointReportHook out of custom_hooks.'
            )
        (runner.logger.info if comparison.is_whole else runner.logger.warning)(message)


def training_only_names(model: nn.Module) -> list[str]:
    """Names in the state dict of what the parts of a model declare as ``training_only``.

    Auxiliary heads of mmseg declare nothing, but its segmentors use them in training alone.
    """
    parts = [(path, getattr(part, 'training_only', ())) for path, part in model.named_modules()]
    parts.append(('', ('auxiliary_head',)))
    starts = tuple(f'{path}.{name}.'.lstrip('.') for path, names in parts for name in names)
    return [name for name in model.state_dict() if name.startswith(starts)]


def compare_state_dicts(
    model: Mapping[str, Tensor],
    checkpoint: Mapping[str, Tensor],
    training_only: Collection[str] = (),
) -> Comparison:
    """Sort the names of both state dicts by what mmengine's loading does with them.

    A leading ``module.`` of the checkpoint is ignored, and so are missing counters of batches.

    Args:
        model: of the model.
        checkpoint: of the checkpoint.
        training_only: names in ``model`` that a test does not read.
    """
    given = bare_weights(checkpoint)
    shapes = {
        name: (tuple(given[name].shape), tuple(tensor.shape))
        for name, tensor in model.items()
        if isinstance(tensor, Tensor) and isinstance(given.get(name), Tensor)
    }
    mismatched = {name: pair for name, pair in shapes.items() if pair[0] != pair[1]}
    missing = [n for n in model if n not in given and not n.endswith('num_batches_tracked')]
    return Comparison(
        loaded=[name for name in model if name in given and name not in mismatched],
        missing=missing,
        unexpected=[name for name in given if name not in model],
        mismatched=mismatched,
        training_only=[name for name in (*missing, *mismatched) if name in training_only],
    )


def fill_model(model: nn.Module, weights: Mapping[str, Tensor]) -> Comparison:
    """Load weights, if they give a model all that a test reads; else leave it as it is.

    The versions of modules that a file keeps go along, so that a part whose weights once meant
    something else can refuse them.

    Args:
        model: to be filled in place.
        weights: state dict of a checkpoint, of a wrapped model too.

    Returns:
        What there is on both sides; the model is filled if ``fills_model`` says so.
    """
    comparison = compare_state_dicts(model.state_dict(), weights, training_only_names(model))
    if comparison.fills_model:
        given = bare_weights(weights)
        fitting = OrderedDict((name, given[name]) for name in comparison.loaded)
        fitting._metadata = getattr(given, '_metadata', {})
        model.load_state_dict(fitting, strict=False)
    return comparison


def bare_weights(weights: Mapping[str, Tensor]) -> OrderedDict:
    """A state dict by the names of the model itself, if it is of a wrapped one."""
    bare = OrderedDict((_bare_name(name), tensor) for name, tensor in weights.items())
    if hasattr(weights, '_metadata'):
        bare._metadata = {_bare_name(path): value for path, value in weights._metadata.items()}
    return bare


def describe(comparison: Comparison) -> str:
    """A message of one line for each kind of tensor; classifiers of another size get advice."""
    lines = [
        f'Checkpoint: {len(comparison.loaded)} tensors loaded, {len(comparison.missing)} missing, '
        f'{len(comparison.unexpected)} unexpected, {len(comparison.mismatched)} of another shape.'
    ]
    if comparison.missing:
        lines.append(f'Missing in the checkpoint: {_first(comparison.missing)}')
    if comparison.unexpected:
        lines.append(f'Unknown to the model: {_first(comparison.unexpected)}')
    if comparison.mismatched:
        pairs = comparison.mismatched.items()
        lines.append('Other shapes: ' + _first([f'{n} {a} -> {b}' for n, (a, b) in pairs]))
    if comparison.training_only:
        names = _first(comparison.training_only)
        lines.append(f'Of these only training reads, so a test is the same without them: {names}')
    return '\n'.join(lines + _class_advice(comparison))


def _bare_name(name: str) -> str:
    return re.sub(r'^module(\.|$)', '', name)


def _class_advice(comparison: Comparison) -> list[str]:
    counts = {
        match['head']: (shapes[0][0], shapes[1][0])
        for name, shapes in comparison.mismatched.items()
        if (match := CLASSIFIER.fullmatch(name)) and shapes[0][0] != shapes[1][0]
    }
    return [
        f'The checkpoint was trained for {trained} classes, the config has {wanted}: set '
        f'model.{head}.num_classes={trained} (model.{head}.head.num_classes of a wrapped head) to '
        'test it; fine-tuning starts this classifier anew.'
        for head, (trained, wanted) in counts.items()
    ]


def _first(names: list[str]) -> str:
    rest = len(names) - NAMES_SHOWN
    return ', '.join(names[:NAMES_SHOWN]) + (f' and {rest} more' if rest > 0 else '')


def _bare(model: nn.Module) -> nn.Module:
    while is_model_wrapper(model) or isinstance(model, BaseTTAModel):
        model = model.module
    return model
