import random
from itertools import islice

import numpy as np
import torch
from mmengine.dataset import InfiniteSampler

from mmseg_scr.datasets import RepeatableInfiniteSampler


def draws(sampler, count):
    """Index, and what each generator draws after it, of so many samples."""
    return [
        (index, random.random(), np.random.rand(), torch.rand(()).item())
        for index in islice(iter(sampler), count)
    ]


def test_order_is_that_of_the_base_class():
    ours = [index for index, *_ in draws(RepeatableInfiniteSampler(range(7), seed=3), 20)]
    assert ours == [*islice(iter(InfiniteSampler(range(7), seed=3)), 20)]


def test_after_a_skip_everything_is_drawn_as_without_the_beginning():
    whole = draws(RepeatableInfiniteSampler(range(7), seed=3), 12)
    resumed = RepeatableInfiniteSampler(range(7), seed=3)
    resumed.skip(5)
    torch.rand(100)  # another past
    assert draws(resumed, 7) == whole[5:]


def test_samples_and_seeds_draw_different_numbers():
    first = draws(RepeatableInfiniteSampler(range(7), seed=3), 12)
    other = draws(RepeatableInfiniteSampler(range(7), seed=4), 12)
    numbers = [number for run in (first, other) for _, *drawn in run for number in drawn]
    assert len(set(numbers)) == len(numbers)
