"""What autocast does on a GPU, without one."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import torch
from torch._subclasses.fake_tensor import FakeTensorMode

NEEDS_RECENT_TORCH = pytest.mark.needs_torch('2.14', 'autocast of a GPU that is not there')


@contextmanager
def gpu_autocast(dtype: torch.dtype = torch.float16) -> Iterator[None]:
    """Give what is made inside a GPU's types and shapes, and no values.

    ``torch.autocast('cuda')`` switches itself off where there is no GPU.
    """
    enabled, before = torch.is_autocast_enabled('cuda'), torch.get_autocast_dtype('cuda')
    with FakeTensorMode(allow_non_fake_inputs=True), torch.device('cuda'):
        torch.set_autocast_enabled('cuda', True)
        torch.set_autocast_dtype('cuda', dtype)
        try:
            yield
        finally:
            torch.set_autocast_enabled('cuda', enabled)
            torch.set_autocast_dtype('cuda', before)
