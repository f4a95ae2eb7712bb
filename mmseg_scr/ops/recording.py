"""Whether operators are being written into a graph that later runs at other sizes."""

import torch

# torch 2.6 does not tell the two apart.
_is_exporting = getattr(torch.compiler, 'is_exporting', torch.compiler.is_compiling)


def is_recorded() -> bool:
    """Whether ``torch.compile``, ``torch.export`` or ``torch.jit.trace`` watches this call."""
    return torch.compiler.is_compiling() or torch.jit.is_tracing()


def is_compiled_to_predict() -> bool:
    """Whether ``torch.compile`` watches, for this kind of device and without gradients."""
    return _is_compiled() and not torch.is_grad_enabled()


def is_compiled_to_train() -> bool:
    """Whether ``torch.compile`` watches, and what it compiles may be asked for gradients.

    Never on torch 2.6 and older, where compiling looks like exporting.
    """
    return _is_compiled() and torch.is_grad_enabled()


def _is_compiled() -> bool:
    return torch.compiler.is_compiling() and not _is_exporting()
