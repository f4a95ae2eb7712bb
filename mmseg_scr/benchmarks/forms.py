"""The forms in which a model can run: as Python, optimised, exported, in another runtime.

One function a form, which asks for its room when it is called: whoever compares eager models needs
neither a compiler nor an exporter.
"""

import tempfile
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from mmseg_scr.speed.clocks import Run

PRECISION_NAMES = {'fp32': 'float32', 'bf16': 'bfloat16', 'fp16': 'float16'}


@dataclass(frozen=True)
class Form:
    """A model in a form.

    Attributes:
        model: where it is still called like any; None if only ``run`` is left of it.
        run: on the images that it was made for.
        autocast: whether a precision of two bytes is still to be put around it.
        note: what it is.
    """

    model: nn.Module | None = None
    run: Run | None = None
    autocast: bool = True
    note: str = ''


def change_form(form: str, model: nn.Module, images: Tensor, precision: str = 'fp32') -> Form:
    """Put a model into a form for prediction.

    Args:
        form: one of ``comparisons.FORMS``.
        model: in evaluation mode; it may be changed.
        images: (B, C, H, W), those that it will be run on.
        precision: one of ``comparisons.PRECISIONS``.

    Raises:
        ValueError: the form has no such precision, or does not run on this device.
        ImportError: a package is missing.
        Exception: whatever a compiler or an exporter raises.
    """
    return FORM_MAKERS[form](model, images, precision)


def _eager(model: nn.Module, images: Tensor, precision: str) -> Form:
    return Form(model)


def _optimized(model: nn.Module, images: Tensor, precision: str) -> Form:
    """By :func:`mmseg_scr.acceleration.optimize`, which says what it did."""
    try:
        acceleration = import_module('mmseg_scr.acceleration')
    except ModuleNotFoundError:
        return _compiled(model, images)
    batch, _, *size = images.shape
    noise = np.random.default_rng(0).integers(0, 256, (*size, 3), np.uint8)
    pictures = [] if precision == 'fp32' else [noise]  # on which classes are compared
    name = PRECISION_NAMES[precision]
    fast = acceleration.optimize(model, tuple(size), images=pictures, precision=name, batch=batch)
    return Form(fast, autocast=False, note='; '.join(str(fast.acceleration).splitlines()))


def _compiled(model: nn.Module, images: Tensor) -> Form:
    """Backbone and decoder compiled apart, with weights as constants."""
    import torch._inductor.config as inductor

    model.requires_grad_(False)
    model.backbone.forward = torch.compile(model.backbone.forward)
    model.decode_head.forward = torch.compile(model.decode_head.forward)
    with torch.no_grad(), inductor.patch(freezing=True):  # read while the first call compiles
        model(images, mode='tensor')
    return Form(model, note='compiled by Inductor with frozen weights')


def _exported(model: nn.Module, images: Tensor, precision: str) -> Form:
    """The program of ``torch.export`` with free sizes, run as it is."""
    _require_fp32('exported', precision)
    export = import_module('mmseg_scr.export')
    trace = import_module('mmseg_scr.export.model').trace
    program = trace(export.Deployed(model, output='head')).module()
    return Form(run=lambda: program(images), note='torch.export, sizes free')


def _onnxruntime(model: nn.Module, images: Tensor, precision: str) -> Form:
    """The same as an ONNX file in onnxruntime, with as many threads as torch has."""
    _require_fp32('onnxruntime', precision)
    if images.is_cuda:
        raise ValueError('the form onnxruntime runs on a CPU here; leave out --device')
    export = import_module('mmseg_scr.export')
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / 'model.onnx'
        export.export_model(export.Deployed(model, output='head'), path, 'onnx')
        program = export.load_program(path, 'onnx')
    return Form(run=lambda: program.call(images), note='ONNX, sizes free')


def _require_fp32(form: str, precision: str) -> None:
    if precision != 'fp32':
        raise ValueError(f'the form {form} is measured in fp32 alone, got {precision!r}')


FORM_MAKERS = {
    'eager': _eager,
    'optimized': _optimized,
    'exported': _exported,
    'onnxruntime': _onnxruntime,
}
