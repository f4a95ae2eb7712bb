"""Two processes over gloo train with the terms of training alone and stay equal."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest
import torch

WORKER = Path(__file__).with_name('train_one_process.py')
ITERATIONS = 20


@pytest.mark.slow
@pytest.mark.parametrize('method', ['scr', 'segnext-classifier-contextaware'])
def test_two_processes_end_with_equal_parameters(method, tmp_path):
    with socket.socket() as free:
        free.bind(('127.0.0.1', 0))
        port = free.getsockname()[1]
    processes = [
        subprocess.Popen(
            [sys.executable, str(WORKER), str(rank), '2', str(port), str(tmp_path), method],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        for rank in range(2)
    ]
    errors = [process.communicate(timeout=600)[1] for process in processes]
    assert [process.returncode for process in processes] == [0, 0], errors
    first, second = (torch.load(tmp_path / f'rank{rank}.pth') for rank in range(2))
    assert first['weights'].keys() == second['weights'].keys()
    for name, weight in first['weights'].items():
        torch.testing.assert_close(weight, second['weights'][name], rtol=0, atol=0)
    assert len(first['term']) == ITERATIONS
    assert min(first['term']) > 0
    # Each process has images, and draws anchors, of its own.
    assert first['term'] != second['term']
