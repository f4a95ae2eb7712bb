"""A script in two processes of one gloo group."""

import socket
import subprocess
import sys
from pathlib import Path

import torch

LONGEST = 600  # seconds


def run_two(worker: Path, *arguments: object) -> None:
    """Run ``worker RANK PORT ARGUMENTS`` for both ranks; both have to end well."""
    with socket.socket() as free:
        free.bind(('127.0.0.1', 0))
        port = free.getsockname()[1]
    processes = [
        subprocess.Popen(
            [sys.executable, str(worker), str(rank), str(port), *map(str, arguments)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        for rank in range(2)
    ]
    errors = [process.communicate(timeout=LONGEST)[1] for process in processes]
    assert [process.returncode for process in processes] == [0, 0], errors


def states_of_two(worker: Path, folder: Path, *arguments: object) -> list[dict]:
    """What both ranks of ``worker RANK PORT FOLDER ARGUMENTS`` save in a new folder."""
    folder.mkdir()
    run_two(worker, folder, *arguments)
    return [torch.load(folder / f'rank{rank}.pth') for rank in range(2)]
