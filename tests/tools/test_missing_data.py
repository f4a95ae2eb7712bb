"""What the tools say where the data of a config is not."""

import pytest
import torch
from builders.tools import ROOT, call_tool

CONFIG = ROOT / 'configs/scr/scr_mscan-l_4xb4-adam-131k_cityscapes-trainval-1024x1024.py'


@pytest.mark.parametrize(('tool', 'split'), [('train', 'train'), ('test', 'val')])
def test_folder_suffix_variable_and_page_are_named(tmp_path, monkeypatch, tool, split):
    torch.save(dict(state_dict={}), tmp_path / 'weights.pth')
    weights = ['weights.pth'] if tool == 'test' else []
    monkeypatch.delenv('CITYSCAPES_ROOT', raising=False)
    outcome = call_tool(f'{tool}.py', CONFIG, *weights, folder=tmp_path)
    assert outcome.returncode != 0
    message = outcome.stderr.splitlines()[-1]
    assert f"image folder 'data/cityscapes/leftImg8bit/{split}' does not exist" in message
    assert 'set CITYSCAPES_ROOT (environment)' in message
    assert '*_leftImg8bit.png' in message
    assert 'docs/datasets.md' in message
