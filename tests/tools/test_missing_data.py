"""What the tools say where the data of a config is not."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

ROOT = Path(__file__).parents[2]
CONFIG = ROOT / 'configs/scr/scr_mscan-l_4xb4-adam-131k_cityscapes-trainval-1024x1024.py'


@pytest.mark.parametrize(('tool', 'split'), [('train', 'train'), ('test', 'val')])
def test_folder_suffix_variable_and_page_are_named(tmp_path, tool, split):
    torch.save(dict(state_dict={}), tmp_path / 'weights.pth')
    weights = ['weights.pth'] if tool == 'test' else []
    environment = {k: v for k, v in os.environ.items() if k != 'CITYSCAPES_ROOT'}
    outcome = subprocess.run(
        [sys.executable, str(ROOT / 'tools' / f'{tool}.py'), str(CONFIG), *weights],
        cwd=tmp_path,
        env=environment | {'PYTHONPATH': str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome.returncode != 0
    message = outcome.stderr.splitlines()[-1]
    assert f"image folder 'data/cityscapes/leftImg8bit/{split}' does not exist" in message
    assert 'set CITYSCAPES_ROOT (environment)' in message
    assert '*_leftImg8bit.png' in message
    assert 'docs/datasets.md' in message
