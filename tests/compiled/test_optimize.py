"""Optimized networks of many families against themselves; minutes, and a C++ compiler.

``python -m pytest tests/compiled/test_optimize.py --compiled -s`` prints what was done to each.
"""

import pytest
import torch
from builders.stock_networks import NETWORKS, stock_network

from mmseg_scr.acceleration import optimize, trials
from mmseg_scr.acceleration.likeness import EQUAL, logits
from mmseg_scr.acceleration.trial import Times

SIZE = (64, 96)
SIZES = [SIZE, (96, 64), (128, 160), (97, 65)]
NEEDS_ITS_SIZE = ('Segmenter', 'U-Net')  # multiples of 16 pixels


@pytest.mark.parametrize('name', NETWORKS)
def test_an_optimized_network_says_what_it_said(name, monkeypatch):
    torch._dynamo.reset()
    # Code for networks this small is hardly faster; it is to be used all the same.
    monkeypatch.setattr(trials, 'take_turns', lambda *_, **__: Times(2.0, 1.0, 0.5))
    model = stock_network(name)
    changed = optimize(model, SIZE, keep_memory=False)
    print(f'\n{name}\n{changed.acceleration}')
    for size in SIZES:
        images = torch.randn(1, 3, *size)
        try:
            expected = logits(model, images)
        except (RuntimeError, AssertionError):
            assert name in NEEDS_ITS_SIZE
            continue
        difference = (logits(changed, images) - expected).abs().max() / expected.abs().max()
        assert difference <= EQUAL, size
    for step in changed.acceleration.refused:
        assert '\n' not in step.reason
