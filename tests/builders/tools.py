"""The tools of the project: as commands, and as modules."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).parents[2]
TOOLS = ROOT / 'tools'


def call_tool(
    name: str, *arguments: object, folder: Path = ROOT, **environment: str
) -> subprocess.CompletedProcess:
    """Run ``tools/NAME ARGUMENTS`` in a folder with one thread; what it printed is text."""
    command = [sys.executable, str(TOOLS / name), *map(str, arguments)]
    ours = {'PYTHONPATH': str(ROOT), 'OMP_NUM_THREADS': '1'}
    return subprocess.run(
        command,
        cwd=folder,
        env=os.environ | ours | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def load_tool(name: str) -> ModuleType:
    """``tools/NAME``, imported anew."""
    spec = importlib.util.spec_from_file_location(Path(name).stem, TOOLS / name)
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    return tool
