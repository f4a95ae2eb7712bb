"""Whether operators are being written into a graph that later runs at other sizes."""

import torch


def is_recorded() -> bool:
    """Whether ``torch.compile``, ``torch.export`` or ``torch.jit.trace`` watches this call."""
    return torch.compiler.is_compiling() or torch.jit.is_tracing()
