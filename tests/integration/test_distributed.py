"""Two processes over gloo train with the terms of training alone and stay equal."""

from pathlib import Path

import pytest
import torch
from builders.processes import run_two

WORKER = Path(__file__).with_name('train_one_process.py')
ITERATIONS = 20


@pytest.mark.slow
@pytest.mark.parametrize('method', ['scr', 'segnext-classifier-contextaware'])
def test_two_processes_end_with_equal_parameters(method, tmp_path):
    run_two(WORKER, tmp_path, method)
    first, second = (torch.load(tmp_path / f'rank{rank}.pth') for rank in range(2))
    assert first['weights'].keys() == second['weights'].keys()
    for name, weight in first['weights'].items():
        torch.testing.assert_close(weight, second['weights'][name], rtol=0, atol=0)
    assert len(first['term']) == ITERATIONS
    assert min(first['term']) > 0
    # Each process has images, and draws anchors, of its own.
    assert first['term'] != second['term']
