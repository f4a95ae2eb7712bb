"""How much memory a forward pass takes, measured on small inputs, and how much there is."""

import weakref
from pathlib import Path

import torch
from mmseg.models import BaseSegmentor
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_flatten

PROBES = (128, 256)  # sides of the inputs that are measured
UNSEEN = 1.2  # convolutions also have work space, which no tensor shows
MEMINFO = Path('/proc/meminfo')
CGROUP = Path('/sys/fs/cgroup')


class PassMemory:
    """Bytes of the tensors that live at once in one pass of a model, by the size of its input.

    Two small inputs are measured. What grows with the square of the pixels, as attention between
    all of them does, is told from what grows with their number.

    Args:
        model: of mmseg, in evaluation mode.
        example: (C, H, W), a prepared input of any size; small ones of its kind are tried.
    """

    def __init__(self, model: BaseSegmentor, example: Tensor) -> None:
        pixels, peaks = [], []
        device = next(model.parameters()).device
        for side in PROBES:
            probe = torch.zeros(1, example.shape[0], side, side, device=device)
            pixels.append(side * side)
            peaks.append(_peak(model, probe))
        each = [peak / n for peak, n in zip(peaks, pixels, strict=True)]
        self._square = max(0.0, (each[1] - each[0]) / (pixels[1] - pixels[0]))
        self._linear = each[1] - self._square * pixels[1]

    def of(self, pixels: int) -> float:
        """Bytes for an input of so many pixels."""
        return UNSEEN * (self._linear * pixels + self._square * pixels**2)


def free_bytes(device: torch.device) -> int | None:
    """Memory that can still be had on a device; None where the system does not tell."""
    if device.type == 'cuda':
        free, _ = torch.cuda.mem_get_info(device)
        kept = torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
        return free + kept
    if device.type != 'cpu' or not MEMINFO.is_file():
        return None
    lines = dict(line.split(':', 1) for line in MEMINFO.read_text().splitlines())
    available = int(lines['MemAvailable'].split()[0]) * 1024
    return min([available, *_left_in_cgroup()])


def is_out_of_memory(error: RuntimeError) -> bool:
    """Whether an error of torch says that memory did not suffice."""
    words = ('out of memory', "can't allocate memory", 'not enough memory')
    return any(word in str(error).lower() for word in words)


def _left_in_cgroup() -> list[int]:
    """What the container may still take, if it is limited."""
    try:
        limit = int((CGROUP / 'memory.max').read_text())
        return [limit - int((CGROUP / 'memory.current').read_text())]
    except (OSError, ValueError):  # no such file; "max"
        return []


@torch.no_grad()
def _peak(model: BaseSegmentor, inputs: Tensor) -> int:
    with _LiveBytes() as live:
        model(inputs, mode='tensor')
    return live.peak


class _LiveBytes(TorchDispatchMode):
    """Follows the storages that operators make until they are freed."""

    def __init__(self) -> None:
        super().__init__()
        self.peak = 0
        self._live: dict[int, int] = {}

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        result = func(*args, **(kwargs or {}))
        for tensor in tree_flatten(result)[0]:
            if isinstance(tensor, Tensor):
                self._follow(tensor.untyped_storage())
        self.peak = max(self.peak, sum(self._live.values()))
        return result

    def _follow(self, storage: torch.UntypedStorage) -> None:
        key = storage._cdata
        if key not in self._live:
            self._live[key] = storage.nbytes()
            weakref.finalize(storage, self._live.pop, key, None)
