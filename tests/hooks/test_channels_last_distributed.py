"""Two processes over gloo train a channels_last network as they train another."""

from functools import partial
from pathlib import Path

import pytest
import torch
from builders.processes import states_of_two

WORKER = Path(__file__).with_name('train_channels_last_process.py')
train = partial(states_of_two, WORKER)


@pytest.mark.slow
def test_gradients_and_parameters_are_those_of_the_other_layout(tmp_path):
    plain = train(tmp_path / 'plain', 'contiguous')
    for before, after in zip(plain, train(tmp_path / 'last', 'channels_last'), strict=True):
        torch.testing.assert_close(after, before, rtol=1e-10, atol=1e-12)
