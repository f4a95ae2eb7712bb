"""The tools of the project as commands."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def call_tool(name: str, *arguments: object, folder: Path = ROOT) -> subprocess.CompletedProcess:
    """Run ``tools/NAME ARGUMENTS`` in a folder with one thread; what it printed is text."""
    command = [sys.executable, str(ROOT / 'tools' / name), *map(str, arguments)]
    environment = os.environ | {'PYTHONPATH': str(ROOT), 'OMP_NUM_THREADS': '1'}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
