"""Costs of the tree's configs, each counted once in a run of the tests."""

from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest

from mmseg_scr.costs.catalogue import count_as_listed
from mmseg_scr.costs.configs import ConfigCost

ROOT = Path(__file__).parents[2]
FILES = {path.stem: path for path in (ROOT / 'configs').rglob('*.py')}


@cache
def count(name: str) -> ConfigCost:
    """Return the cost of the config of that name, at the size that the catalogue lists."""
    of_mmpretrain = '_van-' in name or '_convnext-' in name
    if of_mmpretrain and find_spec('mmpretrain') is None:
        pytest.skip('mmpretrain is not installed')
    return count_as_listed(FILES[name])
