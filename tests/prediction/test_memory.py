import pytest
import torch
from torch import nn

from mmseg_scr.prediction import memory
from mmseg_scr.prediction.memory import UNSEEN, PassMemory, free_bytes, is_out_of_memory


class Copies(nn.Module):
    """Holds the input, 4 bytes a value, so many times at once, then drops all."""

    def __init__(self, count, *, attends=False):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(1))
        self.count, self.attends = count, attends

    def forward(self, inputs, mode):
        held = [inputs + i for i in range(self.count)]
        if self.attends:
            flat = inputs[:, :1, ::16, ::16].flatten(1)
            held.append(flat.mT @ flat)
        return held[0].sum()


@pytest.mark.parametrize('count', [2, 5])
def test_bytes_a_pixel_are_those_that_live_at_once(count):
    per_pixel = 3 * 4 * count
    needed = PassMemory(Copies(count), torch.zeros(3, 8, 8)).of(10**6)
    assert needed == pytest.approx(UNSEEN * per_pixel * 10**6, rel=0.02)


def test_attention_between_all_pixels_grows_with_their_square():
    measured = PassMemory(Copies(1, attends=True), torch.zeros(1, 8, 8))
    pixels = 4096**2
    attention = 4 * (pixels / 256) ** 2
    assert measured.of(pixels) == pytest.approx(UNSEEN * attention, rel=0.1)


def test_free_memory_is_the_least_of_machine_and_container(monkeypatch, tmp_path):
    monkeypatch.setattr(memory, 'MEMINFO', tmp_path / 'meminfo')
    monkeypatch.setattr(memory, 'CGROUP', tmp_path)
    cpu = torch.device('cpu')
    assert free_bytes(cpu) is None
    (tmp_path / 'meminfo').write_text('MemTotal: 9000 kB\nMemAvailable: 5000 kB\n')
    assert free_bytes(cpu) == 5000 * 1024
    (tmp_path / 'memory.max').write_text('max\n')
    assert free_bytes(cpu) == 5000 * 1024
    (tmp_path / 'memory.max').write_text('3000000\n')
    (tmp_path / 'memory.current').write_text('1000000\n')
    assert free_bytes(cpu) == 2_000_000


def test_only_errors_of_memory_are_such():
    assert is_out_of_memory(RuntimeError('CUDA out of memory. Tried to allocate 2 GiB'))
    assert is_out_of_memory(RuntimeError("DefaultCPUAllocator: can't allocate memory"))
    assert not is_out_of_memory(RuntimeError('size mismatch'))
