import copy

import pytest
import torch
from builders.fill import fill_parameters
from mmseg.models.backbones.mscan import MSCABlock
from torch import nn

from mmseg_scr.acceleration.mscan import FoldedMSCABlock, fold_mscan_blocks


@pytest.fixture
def block():
    built = MSCABlock(6, mlp_ratio=2, norm_cfg=dict(type='BN'), drop_path=0.5)
    return fill_parameters(built).double().eval()


def test_a_folded_block_is_exact_at_odd_sizes(block):
    x = torch.randn(2, 5 * 7, 6, dtype=torch.float64)
    with torch.no_grad():
        expected = block(x, 5, 7)
        actual = FoldedMSCABlock(block)(x, 5, 7)
    assert (expected - x).abs().max() > 0.1
    torch.testing.assert_close(actual, expected, rtol=1e-10, atol=1e-10)


def test_the_block_itself_stays(block):
    before = copy.deepcopy(block.state_dict())
    with torch.no_grad():
        FoldedMSCABlock(block)
    for key, value in block.state_dict().items():
        assert torch.equal(value, before[key])


def test_blocks_are_exchanged_wherever_they_hang(block):
    model = nn.Sequential(nn.ModuleList([block, copy.deepcopy(block)]), nn.ReLU()).eval()
    assert fold_mscan_blocks(model) == 4
    assert [type(child) for child in model[0]] == [FoldedMSCABlock] * 2


def test_blocks_in_training_stay(block):
    model = nn.Sequential(block.train())
    assert fold_mscan_blocks(model) == 0
