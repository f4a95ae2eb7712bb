"""Two processes over gloo measure at the same time; their training is that without measuring."""

import json
from functools import partial
from pathlib import Path

import pytest
import torch
from builders.processes import states_of_two

WORKER = Path(__file__).with_name('diagnose_one_process.py')
train = partial(states_of_two, WORKER)


@pytest.mark.slow
def test_two_processes_train_as_without_and_one_reports(tmp_path):
    plain = train(tmp_path / 'plain', 100)
    watched = train(tmp_path / 'watched', 2)
    for before, after in zip(plain, watched, strict=True):
        assert all(torch.equal(value, after[name]) for name, value in before.items())
    lines = []
    for file in (tmp_path / 'watched').rglob('scalars.json'):
        lines += [json.loads(line) for line in file.read_text().splitlines()]
    name = 'diagnostics/decode_head.context.spatial_attention/entropy'
    assert [line['step'] for line in lines if name in line] == [2, 4]
