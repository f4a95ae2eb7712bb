"""Two processes over gloo train a channels_last network as they train another."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest
import torch

WORKER = Path(__file__).with_name('train_channels_last_process.py')


def train(folder, layout):
    folder.mkdir()
    with socket.socket() as free:
        free.bind(('127.0.0.1', 0))
        port = free.getsockname()[1]
    processes = [
        subprocess.Popen(
            [sys.executable, str(WORKER), str(rank), str(port), str(folder), layout],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        for rank in range(2)
    ]
    errors = [process.communicate(timeout=600)[1] for process in processes]
    assert [process.returncode for process in processes] == [0, 0], errors
    return [torch.load(folder / f'rank{rank}.pth') for rank in range(2)]


@pytest.mark.slow
def test_gradients_and_parameters_are_those_of_the_other_layout(tmp_path):
    plain = train(tmp_path / 'plain', 'contiguous')
    for before, after in zip(plain, train(tmp_path / 'last', 'channels_last'), strict=True):
        torch.testing.assert_close(after, before, rtol=1e-10, atol=1e-12)
