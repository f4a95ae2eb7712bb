"""The versions by which a run, or what came of it, was made."""

import sys

import mmengine
import mmseg
import torch

from mmseg_scr.version import __version__


def package_versions() -> dict[str, str]:
    """Version of this package, of Python and of the frameworks."""
    modules = {'torch': torch, 'mmengine': mmengine, 'mmseg': mmseg}
    versions = {name: module.__version__ for name, module in modules.items()}
    return {'mmseg_scr': __version__, 'python': sys.version.split()[0], **versions}
