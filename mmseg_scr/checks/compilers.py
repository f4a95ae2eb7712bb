"""Whether torch's compiler finds what it writes code for."""

import os
import shutil
import sys

import torch

NEEDS_COMPILER = 'inductor'


def missing_compiler(device: torch.device, backend: str) -> str | None:
    """What is missing, in a line, or None if nothing is.

    Args:
        device: that code is compiled for.
        backend: of ``torch.compile``; the ones for debugging need nothing.
    """
    if backend != NEEDS_COMPILER:
        return None
    if device.type == 'cuda':
        from torch.utils._triton import has_triton

        return None if has_triton() else 'triton is not installed, or does not know this GPU'
    usual = {'win32': ['cl'], 'darwin': ['clang++']}.get(sys.platform, ['g++'])
    names = [os.environ['CXX'].split()[0]] if os.environ.get('CXX') else usual
    if any(shutil.which(name) for name in names):
        return None
    return f'there is no C++ compiler ({", ".join(names)}); install one, or set CXX'
