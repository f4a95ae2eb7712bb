"""Lets ``torch.load(weights_only=True)``, the default since torch 2.6, read mmengine's checkpoints.

They hold logging buffers and numpy scalars next to the weights (mmengine#1655). Only these are
allowed, under their pickled names; in particular not ``getattr``.
"""

from collections.abc import Callable
from pickle import UnpicklingError

import numpy as np
import torch
from mmengine.logging import HistoryBuffer
from mmengine.utils import digit_version

from mmseg_scr.registration import old_safe_reader

NUMPY_CORES = ('numpy.core', 'numpy._core')  # before and since numpy 2
SCALAR_KINDS = ('?', 'i1', 'i2', 'i4', 'i8', 'u1', 'u2', 'u4', 'u8', 'f2', 'f4', 'f8')


def allow_mmengine_checkpoints() -> None:
    """Add what mmengine writes beside the weights to what torch's safe reader reads.

    Before torch 2.6, which has a list for it, the reader is exchanged.
    """
    if digit_version(torch.__version__) >= digit_version('2.6.0'):
        torch.serialization.add_safe_globals(_safe_globals())
    else:
        old_safe_reader.install(_safe_globals())


def _safe_globals() -> list[tuple[Callable, str]]:
    """Pairs of an object and its pickled name.

    Given as pairs, they outlive ``torch.serialization.safe_globals(...)`` around another load,
    which takes away the bare objects that it shares with the list.
    """
    # numpy 1.26 has an empty `_core`.
    multiarray = getattr(getattr(np, '_core', None), 'multiarray', None) or np.core.multiarray
    pairs = [
        (HistoryBuffer, 'mmengine.logging.history_buffer.HistoryBuffer'),
        (_history_statistic, 'builtins.getattr'),
        (slice, 'builtins.slice'),
        (np.ndarray, 'numpy.ndarray'),
        (np.dtype, 'numpy.dtype'),
    ]
    for path in NUMPY_CORES:
        pairs.append((multiarray._reconstruct, f'{path}.multiarray._reconstruct'))
        pairs.append((multiarray.scalar, f'{path}.multiarray.scalar'))
    kinds = [type(np.dtype(code)) for code in SCALAR_KINDS]
    return pairs + [(kind, f'numpy.dtypes.{kind.__name__}') for kind in kinds]


def _history_statistic(owner: object, name: str) -> Callable:
    """Stands in for ``getattr``, by which pickle writes the methods that a HistoryBuffer keeps."""
    if owner is not HistoryBuffer or name not in ('min', 'max', 'current', 'mean'):
        raise UnpicklingError(f'only statistics of HistoryBuffer may be named, got {name!r}')
    return getattr(owner, name)
