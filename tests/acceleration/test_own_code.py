import functools
import gc

import torch
from torch import nn

from mmseg_scr.acceleration import own_code
from mmseg_scr.acceleration.own_code import forget_with, with_own_code


class Scaled(nn.Conv2d):
    def forward(self, x, factor=2, *, shift=1):
        return super().forward(x) * factor + shift


def test_a_method_says_the_same_and_shares_no_code():
    model, x = Scaled(1, 2, 1), torch.randn(1, 1, 2, 2)
    own = with_own_code(model.forward)
    assert own.__code__ is not model.forward.__code__
    assert own.__self__ is model
    assert torch.equal(own(x), model.forward(x))
    assert torch.equal(own(x, 3, shift=4), model.forward(x, 3, shift=4))


def test_a_function_keeps_what_it_closes_over_and_its_attributes():
    factor = 5

    def multiplied(x):
        return factor * x

    multiplied.note = 'kept'
    own = with_own_code(multiplied)
    assert own(2) == 10
    assert own.note == 'kept'
    assert own.__code__ is not multiplied.__code__


def test_other_callables_are_given_back():
    for function in (len, functools.partial(max, 1), nn.ReLU()):
        assert with_own_code(function) is function


def test_what_was_compiled_of_it_is_forgotten_with_its_owner(monkeypatch):
    forgotten, owner = [], nn.Identity()
    monkeypatch.setattr(own_code, 'reset_code', forgotten.append)
    own = with_own_code(Scaled(1, 2, 1).forward)
    forget_with(owner, own)
    forget_with(owner, nn.ReLU())  # has no code
    assert forgotten == []
    del owner
    gc.collect()
    assert forgotten == [own.__code__]
