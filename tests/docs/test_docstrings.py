"""The examples in docstrings run."""

import doctest
import importlib
import pkgutil
from importlib.util import find_spec

import mmseg_scr


def test_examples_in_docstrings_run():
    names = [m.name for m in pkgutil.walk_packages(mmseg_scr.__path__, 'mmseg_scr.')]
    modules = [importlib.import_module(name) for name in names if not name.endswith('__main__')]
    if find_spec('timm') is None:
        modules = [m for m in modules if not m.__name__.startswith('mmseg_scr.backbones.')]
    results = [doctest.testmod(module) for module in modules]
    assert sum(r.attempted for r in results) > 0
    assert sum(r.failed for r in results) == 0
