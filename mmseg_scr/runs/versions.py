"""The versions by which a run, or what came of it, was made."""

import subprocess
import sys
from pathlib import Path

import mmengine
import mmseg
import torch

from mmseg_scr.version import __version__

PACKAGE = Path(__file__).parents[1]


def package_versions() -> dict[str, str]:
    """Version of this package, of Python and of the frameworks."""
    modules = {'torch': torch, 'mmengine': mmengine, 'mmseg': mmseg}
    versions = {name: module.__version__ for name, module in modules.items()}
    return {'mmseg_scr': __version__, 'python': sys.version.split()[0], **versions}


def source_commit(folder: Path = PACKAGE) -> str | None:
    """Commit of the checkout that the code of a folder is from, or None if git tells of none.

    Returns:
        40 hex digits, with ``-dirty`` behind them if a tracked file has changed.
    """
    git = ['git', '-C', str(folder)]
    describe = ['describe', '--always', '--dirty', '--abbrev=40', '--exclude=*']
    try:
        subprocess.run([*git, 'ls-files', '--error-unmatch', '.'], check=True, capture_output=True)
        done = subprocess.run([*git, *describe], check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()
