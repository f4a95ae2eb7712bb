"""The forms in which a model can run: as Python, optimised, exported, in another runtime.

One function a form. Whoever compares eager models needs neither a compiler nor ONNX.
"""

import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from torch import Tensor, nn

from mmseg_scr.acceleration import optimize
from mmseg_scr.export import Deployed, export_model, load_program
from mmseg_scr.export.model import trace
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
    batch, _, *size = images.shape
    noise = np.random.default_rng(0).integers(0, 256, (*size, 3), np.uint8)
    pictures = [] if precision == 'fp32' else [noise]  # on which classes are compared
    name = PRECISION_NAMES[precision]
    # Kept memory is the whole process's: the eager models beside it would be faster too.
    fast = optimize(
        model, tuple(size), images=pictures, precision=name, batch=batch, keep_memory=False
    )
    return Form(fast, autocast=False, note='; '.join(str(fast.acceleration).splitlines()))


def _exported(model: nn.Module, images: Tensor, precision: str) -> Form:
    """The program of ``torch.export`` with free sizes, run as it is."""
    _require_fp32('exported', precision)
    program = trace(Deployed(model, output='head')).module()
    return Form(run=lambda: program(images), note='torch.export, sizes free')


def _onnxruntime(model: nn.Module, images: Tensor, precision: str) -> Form:
    """The same as an ONNX file in onnxruntime, with as many threads as torch has."""
    _require_fp32('onnxruntime', precision)
    if images.is_cuda:
        raise ValueError('the form onnxruntime runs on a CPU here; leave out --device')
    model.dataset_meta = dict(classes=(), palette=())  # a config alone names no classes
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / 'model.onnx'
        export_model(Deployed(model, output='head'), path, 'onnx')
        program = load_program(path, 'onnx')
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
