from pathlib import Path

import pytest
import torch

from mmseg_scr.benchmarks import Comparison, ContrastTerm, contrast
from mmseg_scr.speed.waits import count_waits

COMPARISON = Comparison('x', (ContrastTerm('a'),), (128, 128), batch=2, training=True)


def constant_inputs():
    """Two classes, each with one embedding wherever it stands, so that it is equal who is drawn."""
    labels = torch.zeros(2, 64, 64, dtype=torch.long)
    labels[:, 32:] = 1
    size = [(16, 16), (8, 8), (4, 4), (2, 2)]
    generator = torch.Generator().manual_seed(0)
    values = torch.randn(len(size), 2, contrast.CHANNELS, generator=generator)
    levels = []
    for (height, width), value in zip(size, values, strict=True):
        level = value[0][None, :, None, None].expand(2, -1, height, width).clone()
        level[:, :, height // 2 :] = value[1][None, :, None, None]
        levels.append(level)
    logits = torch.zeros(2, contrast.CLASSES, 16, 16)
    logits[:, 0, :, ::2] = 1  # right in one class, wrong in the other
    return levels, logits, labels


def test_published_procedure_and_ours_agree_where_it_is_equal_who_is_drawn():
    ours, original = contrast._ours(), contrast._original()
    original.embed.weight.data = ours.embed.weight.data[:, :, None, None]
    original.embed.bias.data = ours.embed.bias.data
    levels, logits, labels = constant_inputs()
    # Interpolation mixes the classes at their border; the finest level alone does not.
    levels = [torch.nn.functional.interpolate(x, (16, 16), mode='nearest') for x in levels]
    expected = original(levels, logits, labels)
    assert expected > 0
    torch.testing.assert_close(ours(levels, logits, labels), expected)


def test_ours_never_waits_and_the_published_one_does_for_each_class():
    waits = {}
    for published in (False, True):
        contestant = contrast.make_contestant(ContrastTerm('a', published), COMPARISON, 'cpu')
        contestant.run()
        waits[published] = sum(count_waits(contestant.run).values())
    assert waits[False] == 0
    assert waits[True] > 10


@pytest.mark.parametrize('published', [False, True])
def test_gradients_reach_the_levels_and_are_freed(published):
    contestant = contrast.make_contestant(ContrastTerm('a', published), COMPARISON, 'cpu')
    contestant.loss().backward()
    assert contestant.own.embed.weight.grad.abs().sum() > 0
    contestant.run()
    assert contestant.own.embed.weight.grad is None


def test_an_installed_package_says_that_it_needs_the_source_tree(monkeypatch):
    monkeypatch.setattr(contrast, 'ORIGINAL', Path('absent.py'))
    with pytest.raises(FileNotFoundError, match=r'absent.py of the source tree.*in a clone'):
        contrast.make_contestant(ContrastTerm('a', published=True), COMPARISON, 'cpu')
