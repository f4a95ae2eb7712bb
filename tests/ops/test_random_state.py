import torch

from mmseg_scr.ops.random_state import random_state, set_random_state


def test_two_runs_from_one_state_draw_the_same_numbers():
    state = random_state()
    first = torch.rand(3)
    set_random_state(state)
    assert torch.equal(torch.rand(3), first)
    assert not torch.equal(torch.rand(3), first)
