"""Whether operators are being written into a graph that later runs at other sizes."""

import torch

# What torch.compile takes for true; torch 2.2 and older have no public one.
is_compiling = getattr(torch.compiler, 'is_compiling', None) or torch._utils.is_compiling
# torch 2.6 and older do not tell the two apart.
_is_exporting = getattr(torch.compiler, 'is_exporting', is_compiling)


def is_recorded() -> bool:
    """Whether ``torch.compile``, ``torch.export`` or ``torch.jit.trace`` watches this call."""
    return is_compiling() or torch.jit.is_tracing()


def is_compiled_to_predict() -> bool:
    """Whether ``torch.compile`` watches, for this kind of device and without gradients."""
    return _is_compiled() and not torch.is_grad_enabled()


def is_compiled_to_train() -> bool:
    """Whether ``torch.compile`` watches, and what it compiles may be asked for gradients.

    Never on torch 2.6 and older, where compiling looks like exporting.
    """
    return _is_compiled() and torch.is_grad_enabled()


def _is_compiled() -> bool:
    return is_compiling() and not _is_exporting()
