"""A sampler by which a training that was killed goes on exactly as if it had not been."""

import random
from collections.abc import Iterator, Sized
from itertools import islice

import numpy as np
import torch
from mmengine.dataset import InfiniteSampler
from mmengine.registry import DATA_SAMPLERS

MIX = 1_000_003  # a prime, between the seed and the position, so that runs do not share states


@DATA_SAMPLERS.register_module()
class RepeatableInfiniteSampler(InfiniteSampler):
    """mmengine's ``InfiniteSampler`` that also seeds all generators before each sample it names.

    What augmentation, dropout and anchor sampling draw then depends on the seed and on the number
    of the sample alone, and not on what the process did before: a run that is resumed from a
    checkpoint repeats the uninterrupted one, on a CPU to the bit. This holds in a loader without
    workers (``num_workers=0``), which draws in the process that trains.

    Args:
        dataset: what the indices point into.
        shuffle: whether each round is in a new random order.
        seed: of the order and of all generators; a random one by default, as of the base class.
    """

    def __init__(self, dataset: Sized, shuffle: bool = True, seed: int | None = None) -> None:
        super().__init__(dataset, shuffle=shuffle, seed=seed)
        self._position = 0

    def __iter__(self) -> Iterator[int]:
        """Yield the indices of this process without end."""
        for index in self.indices:
            state = (self.seed * MIX + self._position * self.world_size + self.rank) % 2**32
            random.seed(state)
            np.random.seed(state)
            torch.manual_seed(state)
            self._position += 1
            yield index

    def skip(self, num_samples: int) -> None:
        """Go on after the first ``num_samples`` indices of this process, as a resumed run does.

        Where mmengine does not call this, it draws and drops these samples, to the same end.
        """
        self.indices = islice(self._indices_of_rank(), num_samples, None)
        self._position = num_samples
