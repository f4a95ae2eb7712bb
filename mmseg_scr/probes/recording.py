"""Writing down what the parts of a model do while it runs.

Forward hooks do it, as long as the context is open. A compiled forward would not run them, so it
runs uncompiled meanwhile (``torch.compiler.set_stance``, torch 2.6 and later); what was compiled
stays compiled. Queries and keys are taken where the fused attention is called: scale and whitening
are those of the module, whatever they are. Parts are known by their class in this package, aligners
by their place: the module list ``aligners`` of a decoder.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext

import torch
import torch.nn.functional as F
from mmengine.model import is_model_wrapper
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from mmseg_scr.probes.anchors import drawn_anchors
from mmseg_scr.probes.attention import AttentionRows, CrissCrossRows, DotProductRows, SharedRow
from mmseg_scr.probes.inside import Alignment, Inside
from mmseg_scr.probes.offsets import predicted_offsets
from mmseg_scr.probes.parts import is_aligner

PACKAGE = __name__.split('.')[0]


@contextmanager
def looking_inside(model: nn.Module) -> Iterator[Inside]:
    """Record the forward passes of a model, as long as the context is open.

    The model is run by the caller, in evaluation mode and without gradients if nothing is to
    change: see :func:`~mmseg_scr.probes.undisturbed`. What is recorded are the tensors themselves.

    Args:
        model: any; wrappers of distributed training and of ``torch.compile`` are looked through.

    Yields:
        The record, which fills while the model runs.
    """
    recorder = _Recorder()
    with ExitStack() as stack:
        for path, module in bare_model(model).named_modules():
            for handle in recorder.attach(path, module):
                stack.callback(handle.remove)
        stack.enter_context(_uncompiled())
        stack.enter_context(_AttentionCalls(recorder))
        yield recorder.inside


def bare_model(model: nn.Module) -> nn.Module:
    """The model inside of wrappers for distributed training and for ``torch.compile``."""
    while is_model_wrapper(model) or hasattr(model, '_orig_mod'):
        model = model._orig_mod if hasattr(model, '_orig_mod') else model.module
    return model


class _Recorder:
    """Fills a record; knows which module is running."""

    def __init__(self) -> None:
        self.inside = Inside()
        self.running: list[str] = []
        self.asking = False  # a reader runs parts once more, which is not recorded

    def attach(self, path: str, module: nn.Module) -> list:
        """Hooks on one module."""
        reader = _reader(path, module)

        def enter(*_: object) -> None:
            self.running.append(path)

        def leave(_: nn.Module, given: tuple, result: object) -> None:
            self.running.pop()
            if reader is not None and not self.asking:
                self.asking = True
                reader(self.inside, path, module, given, result)
                self.asking = False

        return [module.register_forward_pre_hook(enter), module.register_forward_hook(leave)]


class _AttentionCalls(TorchFunctionMode):
    """Takes down what the fused attention is called with, outside of backbones."""

    def __init__(self, recorder: _Recorder) -> None:
        super().__init__()
        self.recorder = recorder

    def __torch_function__(
        self, func: Callable, types: object, args: tuple = (), kwargs: dict | None = None
    ) -> object:
        kwargs = kwargs or {}
        if func is F.scaled_dot_product_attention and not self.recorder.asking:
            self._take(*args, **kwargs)
        return func(*args, **kwargs)

    def _take(
        self,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        attn_mask: Tensor | None = None,
        dropout_p: float = 0.0,
        is_causal: bool = False,
        scale: float | None = None,
        **_: object,
    ) -> None:
        path = self.recorder.running[-1] if self.recorder.running else ''
        if attn_mask is not None or is_causal or path.split('.')[0] == 'backbone':
            return
        scale = query.shape[-1] ** -0.5 if scale is None else scale
        rows = DotProductRows(query.flatten(0, -3), key.flatten(0, -3), scale)
        _add(self.recorder.inside.attentions, path, rows)


def _uncompiled() -> object:
    stance = getattr(torch.compiler, 'set_stance', None)
    return nullcontext() if stance is None else stance('force_eager')


def _add(record: dict, path: str, value: object) -> None:
    calls = sum(name == path or name.startswith(f'{path}#') for name in record)
    record[f'{path}#{calls + 1}' if calls else path] = value


Reader = Callable[[Inside, str, nn.Module, tuple, object], None]


def _reader(path: str, module: nn.Module) -> Reader | None:
    if is_aligner(path):
        return _read_aligner
    ours = (c.__name__ for c in type(module).__mro__ if c.__module__.startswith(f'{PACKAGE}.'))
    return next((READERS[name] for name in ours if name in READERS), None)


def _read_aligner(
    inside: Inside, path: str, aligner: nn.Module, given: tuple, aligned: Tensor
) -> None:
    coarse, fine = given
    _add(inside.alignments, path, Alignment(coarse, fine, aligned))
    for name, offset in predicted_offsets(aligner, coarse, fine).items():
        _add(inside.offsets, f'{path}.{name}' if name else path, offset)


def _read_mask(inside: Inside, path: str, mask: nn.Module, given: tuple, _: Tensor) -> None:
    _add(inside.own_offsets, path, given[0])
    if mask.softmax:  # else they are no shares
        weights = mask.weights(given[1]).float().softmax(dim=1)
        _add(inside.neighbor_weights, path, weights)


def _read_factors(inside: Inside, path: str, _: nn.Module, given: tuple, factors: Tensor) -> None:
    _add(inside.channel_factors, path, factors.flatten(1))
    _add(inside.stage_widths, path, tuple(stage.shape[1] for stage in given[0]))


def _read_unary(inside: Inside, path: str, block: nn.Module, given: tuple, _: Tensor) -> None:
    _add(inside.attentions, f'{path}.unary', SharedRow(block.unary(given[0]).flatten(1)))
    for name in (path, f'{path}.unary'):
        _add(inside.grids, name, tuple(given[0].shape[2:]))


def _read_gated(inside: Inside, path: str, block: nn.Module, given: tuple, _: Tensor) -> None:
    if block.attend.__name__ == 'criss_cross_attention':  # the other kind is a fused attention
        rows: AttentionRows = CrissCrossRows(block.query(given[0]), block.key(given[0]))
        _add(inside.attentions, path, rows)
    _add(inside.grids, path, tuple(given[0].shape[2:]))


def _read_channels(inside: Inside, path: str, _: nn.Module, given: tuple, __: Tensor) -> None:
    flat = given[0].float().flatten(2)  # (B, C, hw); a channel gathers those that are unlike it
    _add(inside.attentions, path, DotProductRows(-flat, flat))


def _read_contrast(inside: Inside, path: str, term: nn.Module, given: tuple, _: Tensor) -> None:
    _, logits, labels = given
    _add(inside.anchors, path, drawn_anchors(term, logits, labels))


READERS: dict[str, Reader] = {
    'WeightMask': _read_mask,
    'MultiStageChannelAttention': _read_factors,
    'DisentangledNonLocal2d': _read_unary,
    'GatedAttention': _read_gated,
    'ChannelAttention': _read_channels,
    'PixelContrastLoss': _read_contrast,
}
