"""How often a run makes the host wait for the device.

Each time a size, a value or a decision depends on data of a GPU, the host waits until the GPU has
done all that was asked of it. On a GPU torch itself reports such calls. On a CPU the operators are
counted that would wait on a GPU; copies to the host (``.cpu()``, ``.tolist()``) are not seen there.
"""

import warnings
from collections import Counter

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from mmseg_scr.speed.clocks import Run

# Operators whose result has a value or a size that the host must know.
WAITING = {
    *('_local_scalar_dense', 'nonzero', 'masked_select', 'equal', 'is_nonzero', 'bincount'),
    *('_unique', '_unique2', 'unique_dim', 'unique_consecutive', 'unique_dim_consecutive'),
}
INDEXING = ('index', 'index_put', 'index_put_', '_index_put_impl_')
MASKS = (torch.bool, torch.uint8)
REPORT = 'called a synchronizing CUDA operation'


def count_waits(run: Run, device: str = 'cpu') -> Counter:
    """Run once; how often each operator waited, on a GPU under the one name ``waits``."""
    if torch.device(device).type == 'cuda':
        return _reported_by_torch(run)
    with _WaitingOperators() as mode:
        run()
    return mode.counts


class _WaitingOperators(TorchDispatchMode):
    """Counts the operators that would wait for a GPU."""

    def __init__(self) -> None:
        super().__init__()
        self.counts = Counter()

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        name = func.overloadpacket.__name__
        if name in WAITING or (name in INDEXING and _indexes_by_mask(name, args)):
            self.counts[name] += 1
        if name == 'repeat_interleave' and kwargs.get('output_size') is None:
            self.counts[name] += 1
        return func(*args, **kwargs)


def _indexes_by_mask(name: str, args: tuple) -> bool:
    """Whether the elements that a mask names are looked up, to read or write them."""
    masked = any(isinstance(i, Tensor) and i.dtype in MASKS for i in args[1])
    # One value for all that a mask names is written without counting them.
    return masked and (name == 'index' or args[2].numel() != 1)


def _reported_by_torch(run: Run) -> Counter:
    before = torch.cuda.get_sync_debug_mode()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter('always')
        torch.cuda.set_sync_debug_mode('warn')
        try:
            run()
        finally:
            torch.cuda.set_sync_debug_mode(before)
    count = sum(REPORT in str(warning.message) for warning in caught)
    return Counter({'waits': count} if count else {})
