"""Memory of a CPU that stays with the process from one prediction or training step to the next.

glibc gives blocks above 32 MiB back to the system when they are freed, and the system hands out
zeroed pages one by one when the next map is made. For the maps of a segmentor that is a good part
of the time. Told to keep what is freed, the process holds as much memory as it once needed at most.
"""

import ctypes
import platform
import sys
from functools import cache

# Numbers of <malloc.h>.
M_TRIM_THRESHOLD = -1
M_MMAP_THRESHOLD = -3
LARGEST = 2**31 - 1
USUAL = {M_MMAP_THRESHOLD: 2**25, M_TRIM_THRESHOLD: 2**26}  # which glibc comes to by itself
KEEPING = {M_MMAP_THRESHOLD: LARGEST, M_TRIM_THRESHOLD: LARGEST}


def can_keep_memory() -> bool:
    """Whether the C library is one that can be told."""
    return sys.platform == 'linux' and platform.libc_ver()[0] == 'glibc'


def keep_memory() -> None:
    """Let the process keep what it frees, up to 2 GiB blocks."""
    _set(KEEPING)


def return_memory() -> None:
    """Ask for large blocks of the system again, once those that were kept do not suffice."""
    _set(USUAL)
    _libc().malloc_trim(0)


def _set(options: dict[int, int]) -> None:
    for name, value in options.items():
        _libc().mallopt(name, value)


@cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None)
