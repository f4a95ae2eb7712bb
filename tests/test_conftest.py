"""What every test is given: the device (seen on one that needs no hardware), Ctrl-C, logs."""

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch

IN_A_ROOM_OF_TENSORS = """
import pytest
import torch


@pytest.fixture(scope='module')
def of_module():
    return torch.nn.Linear(2, 3)


def test_all_lies_on_the_device(of_module, device):
    assert device.type == 'meta'
    assert torch.randn(2).device == of_module.weight.device == device
    assert torch.zeros(2, device='cpu').device.type == 'cpu'


@pytest.mark.cpu_only('it says why')
def test_of_the_cpu():
    raise AssertionError
"""
ELSEWHERE = """
import torch


def test_stays_on_the_cpu(device):
    assert torch.randn(2).device == device == torch.device('cpu')
"""

LOGS_AFTER_ALL_FILES_WERE_CLOSED = """
import logging
from mmengine.logging import MMLogger
from mmengine.model import BaseModule


def test_log_is_closed(tmp_path):
    MMLogger.get_instance('run', log_file=str(tmp_path / 'log'))
    logging.shutdown()


def test_log_is_written():
    BaseModule().init_weights()
"""
OF_SEVERAL_TORCHES = """
import pytest


@pytest.mark.needs_torch('999.1', 'it says why')
def test_of_a_later_torch():
    raise AssertionError


@pytest.mark.needs_torch('1.0', 'it says why')
def test_of_this_torch():
    pass
"""
HEARS_CTRL_C = """
import signal
import subprocess
import sys

PROGRAM = 'import signal; print(signal.getsignal(signal.SIGINT) is signal.default_int_handler)'


def test_ctrl_c():
    assert subprocess.check_output([sys.executable, '-c', PROGRAM], text=True) == 'True\\n'
"""


@pytest.fixture
def run(tmp_path):
    """Run these two files as tests of a room of tensors and of another one."""
    for room, text in (('ops', IN_A_ROOM_OF_TENSORS), ('hooks', ELSEWHERE)):
        (tmp_path / 'tests' / room).mkdir(parents=True)
        (tmp_path / 'tests' / room / f'test_{room}.py').write_text(text)
    shutil.copy(Path(__file__).with_name('conftest.py'), tmp_path / 'tests')
    (tmp_path / 'pytest.ini').write_text(
        '[pytest]\nmarkers =\n  cpu_only: of a CPU\n  needs_torch: of a version\n'
    )

    def run_pytest(*options):
        command = [sys.executable, '-m', 'pytest', '-q', '-rs', 'tests', *options]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    return run_pytest


def test_rooms_of_tensors_run_on_the_device_and_the_others_on_the_cpu(run):
    done = run('--device', 'meta')
    assert '2 passed, 1 skipped' in done.stdout, done.stdout
    assert 'on a CPU only: it says why' in done.stdout


def test_what_a_later_torch_does_is_skipped_with_version_and_reason(run, tmp_path):
    (tmp_path / 'tests' / 'ops' / 'test_versions.py').write_text(OF_SEVERAL_TORCHES)
    done = run('-k', 'torch')
    assert '1 passed, 1 skipped' in done.stdout, done.stdout
    assert 'needs torch 999.1: it says why' in done.stdout


@pytest.mark.parametrize('name', ['cuda', 'nonsense'])
def test_device_that_is_not_there_is_one_usage_error(run, name):
    if name == 'cuda' and torch.cuda.is_available():
        pytest.skip('there is a GPU')
    done = run('--device', name)
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert done.stdout == ''
    (line,) = done.stderr.strip().splitlines()
    assert line.startswith(f'ERROR: --device {name} cannot be used here: ')


def test_commands_of_tests_hear_ctrl_c_also_where_pytest_ignores_it(run, tmp_path):
    (tmp_path / 'tests' / 'ops' / 'test_signal.py').write_text(HEARS_CTRL_C)
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        done = run('-k', 'ctrl_c')
    finally:
        signal.signal(signal.SIGINT, before)
    assert '1 passed' in done.stdout, done.stdout


def test_log_files_that_one_test_closed_are_not_written_by_the_next(run, tmp_path):
    file = tmp_path / 'tests' / 'ops' / 'test_log.py'
    file.write_text(LOGS_AFTER_ALL_FILES_WERE_CLOSED)
    done = run('-k', 'log')
    assert '2 passed' in done.stdout, done.stdout
