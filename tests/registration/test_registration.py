import subprocess
import sys

import torch
from mmengine.logging import HistoryBuffer
from mmengine.registry import HOOKS
from mmseg.registry import MODELS

import mmseg_scr.registration
from mmseg_scr import aligners, backbones, contexts, decoders, losses

WHAT_IS_NEW = """
import sys
import mmengine.runner, mmseg.datasets, mmseg.evaluation, mmseg.models
before = set(sys.modules)
import mmseg_scr
print(*{name.split('.')[0] for name in set(sys.modules) - before})
"""


def test_parts_and_hooks_are_found_by_name():
    for room in (aligners, backbones, contexts, decoders, losses):
        for name in room.__all__:
            assert MODELS.get(name) is getattr(room, name)
    assert HOOKS.get('DataCheckHook') is mmseg_scr.registration.hooks.DataCheckHook


def test_checkpoints_of_mmengine_become_loadable(tmp_path):
    torch.save({'loss': HistoryBuffer([2.0], [1])}, tmp_path / 'iter_1.pth')
    found = torch.load(tmp_path / 'iter_1.pth', weights_only=True)
    assert found['loss'].current() == 2.0


def test_import_brings_nothing_that_mmseg_has_not():
    done = subprocess.run(
        [sys.executable, '-c', WHAT_IS_NEW], capture_output=True, text=True, check=True
    )
    assert set(done.stdout.splitlines()[-1].split()) <= {'mmseg_scr'} | set(sys.stdlib_module_names)
