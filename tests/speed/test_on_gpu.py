"""The instruments where a GPU tells the numbers: python -m pytest -m gpu."""

import pytest
import torch

from mmseg_scr.speed.clocks import stopwatch_of
from mmseg_scr.speed.memory import peak_bytes
from mmseg_scr.speed.waits import count_waits

pytestmark = pytest.mark.gpu
MIB = 2**20


def test_work_that_the_host_does_not_wait_for_counts():
    cycles = 10**8  # 50 ms at 2 GHz
    assert stopwatch_of('cuda').seconds(lambda: torch.cuda._sleep(cycles)) > 0.02


def test_peak_is_that_of_the_allocator_beside_what_was_there():
    weights = torch.empty(64 * MIB, dtype=torch.uint8, device='cuda')

    def run():
        a = torch.empty(16 * MIB, dtype=torch.uint8, device=weights.device)
        del a
        torch.empty(8 * MIB, dtype=torch.uint8, device=weights.device)

    assert peak_bytes(run, 'cuda') == 16 * MIB


def test_waits_are_those_that_torch_reports():
    values = torch.arange(8, device='cuda')
    assert not count_waits(lambda: values.cumsum(0).argsort(), 'cuda')
    assert sum(count_waits(lambda: values[values > 3].sum().item(), 'cuda').values()) >= 2
