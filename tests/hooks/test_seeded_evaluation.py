import random

import numpy as np
import torch
from mmengine.registry import HOOKS, init_default_scope
from mmseg.models.decode_heads import LightHamHead

from mmseg_scr.hooks import SeededEvaluationHook
from mmseg_scr.hooks.seeded_evaluation import seeded


def evaluate(hook, head, inputs):
    hook.before_val_epoch(None)
    outputs = []
    for i, maps in enumerate(inputs):
        hook.before_val_iter(None, i)
        outputs.append(head(maps))
    hook.after_val_epoch(None)
    return outputs


def test_segnext_evaluates_alike_twice_and_training_does_not_notice():
    head = LightHamHead(
        in_channels=[8, 8, 8],
        in_index=[0, 1, 2],
        channels=32,
        ham_channels=32,
        num_classes=3,
        norm_cfg=dict(type='GN', num_groups=4),
        ham_kwargs=dict(MD_R=4),
    ).eval()
    inputs = [[torch.rand(1, 8, 8 // s, 8 // s) for s in (1, 2, 4)] for _ in range(2)]
    assert not torch.equal(head(inputs[0]), head(inputs[0]))  # why the hook exists

    hook = SeededEvaluationHook()
    states = torch.get_rng_state(), np.random.get_state()[1].copy(), random.getstate()
    first, second = evaluate(hook, head, inputs), evaluate(hook, head, inputs)
    for a, b in zip(first, second, strict=True):
        torch.testing.assert_close(a, b, rtol=0, atol=0)
    assert torch.equal(torch.get_rng_state(), states[0])
    assert (np.random.get_state()[1] == states[1]).all()
    assert random.getstate() == states[2]


def test_a_block_draws_what_a_batch_of_that_number_does_and_nobody_else_notices():
    SeededEvaluationHook().before_test_iter(None, 3)
    expected = torch.rand(2), np.random.rand(2), random.random()
    states = torch.get_rng_state(), np.random.get_state()[1].copy(), random.getstate()
    with seeded(3):
        drawn = torch.rand(2), np.random.rand(2), random.random()
    for one, other in zip(drawn, expected, strict=True):
        assert np.array_equal(one, other)
    assert torch.equal(torch.get_rng_state(), states[0])
    assert (np.random.get_state()[1] == states[1]).all()
    assert random.getstate() == states[2]


def test_batches_and_seeds_differ():
    draws = {}
    for seed, batch in ((0, 0), (0, 1), (5, 0)):
        SeededEvaluationHook(seed=seed).before_test_iter(None, batch)
        draws[seed, batch] = torch.rand(1).item()
    assert len(set(draws.values())) == 3


def test_what_follows_a_test_does_not_notice_it(build_runner):
    runner = build_runner(SeededEvaluationHook())
    torch.manual_seed(7)
    expected = torch.rand(3)
    torch.manual_seed(7)
    runner.test()
    assert torch.equal(torch.rand(3), expected)


def test_is_registered():
    init_default_scope('mmseg')
    assert isinstance(HOOKS.build(dict(type='SeededEvaluationHook')), SeededEvaluationHook)
