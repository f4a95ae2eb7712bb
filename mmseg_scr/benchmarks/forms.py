"""The forms in which a model can run: as Python, optimised, exported, in another runtime.

One function a form; a form that this installation lacks is refused in one line.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from mmseg_scr.speed.clocks import Run


@dataclass(frozen=True)
class Form:
    """Either a model that is called like any, or a run of its own; ``note`` says what it is."""

    model: nn.Module | None = None
    run: Run | None = None
    note: str = ''


def change_form(form: str, model: nn.Module, images: Tensor) -> Form:
    """Put a model into a form for prediction.

    Args:
        form: one of ``comparisons.FORMS``.
        model: in evaluation mode; it may be changed.
        images: of the size that it will be run on.

    Raises:
        RuntimeError: the form is not available.
    """
    return FORM_MAKERS[form](model, images)


def _eager(model: nn.Module, images: Tensor) -> Form:
    return Form(model)


def _optimized(model: nn.Module, images: Tensor) -> Form:
    """Backbone and decoder compiled apart, with weights as constants."""
    import torch._inductor.config as inductor

    model.requires_grad_(False)
    model.backbone.forward = torch.compile(model.backbone.forward)
    model.decode_head.forward = torch.compile(model.decode_head.forward)
    with inductor.patch(freezing=True):  # read while the first call compiles
        model(images, mode='tensor')
    return Form(model, note='compiled by Inductor with frozen weights')


def _unavailable(name: str) -> Form:
    raise RuntimeError(f'the form {name!r} is not available in this version')


FORM_MAKERS = {
    'eager': _eager,
    'optimized': _optimized,
    'exported': lambda model, images: _unavailable('exported'),
    'onnxruntime': lambda model, images: _unavailable('onnxruntime'),
}
