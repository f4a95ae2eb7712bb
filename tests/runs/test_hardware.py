import platform

import pytest

from mmseg_scr.runs import hardware
from mmseg_scr.runs.hardware import hardware_model


def test_a_processor_is_named_as_the_system_does(tmp_path, monkeypatch):
    file = tmp_path / 'cpuinfo'
    file.write_text('processor : 0\nmodel name\t: A Processor 3000\nmodel name\t: Another\n')
    monkeypatch.setattr(hardware, 'CPU_INFO', file)
    assert hardware_model('cpu') == 'A Processor 3000'


def test_without_a_list_there_is_at_least_the_kind(tmp_path, monkeypatch):
    monkeypatch.setattr(hardware, 'CPU_INFO', tmp_path / 'absent')
    assert hardware_model('cpu') == platform.processor() or platform.machine()


@pytest.mark.gpu
def test_a_gpu_is_named():
    assert hardware_model('cuda')
