"""Whether torch's compiler and exporter can be used here."""

import os
import shutil
import sys

import torch

NEEDS_COMPILER = 'inductor'
OLDEST = '2.6'  # torch whose compiler and exporter do what is asked of them here


def require_recent_torch(what: str) -> None:
    """Make sure that torch compiles and exports in the ways that this package relies on.

    Args:
        what: needs it.

    Raises:
        ImportError: an older torch.
    """
    if torch.__version__ < OLDEST:  # torch compares them as versions
        raise ImportError(f'{what} needs torch {OLDEST} or later, this is {torch.__version__}')


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
