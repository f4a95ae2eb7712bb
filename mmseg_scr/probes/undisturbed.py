"""Running a model aside of its training, which goes on as if nothing had been run."""

import random
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch
from torch import nn


@contextmanager
def undisturbed(model: nn.Module) -> Iterator[None]:
    """Evaluation mode, no gradients and a random state of its own as long as the context is open.

    Afterwards every module is in the mode it was in, the generators of Python, numpy and torch
    stand where they stood, and buffers that were written to have their values back. Modes are set
    on each module itself: methods ``train`` of backbones that freeze layers are not called.

    Args:
        model: any.
    """
    modes = {module: module.training for module in model.modules()}
    buffers = [(buffer, buffer.detach().clone()) for buffer in model.buffers()]
    states = random.getstate(), np.random.get_state()
    devices = sorted({p.device.index or 0 for p in model.parameters() if p.is_cuda})
    try:
        with torch.random.fork_rng(devices=devices), torch.no_grad():
            for module in modes:
                module.training = False
            yield
    finally:
        for module, mode in modes.items():
            module.training = mode
        for buffer, value in buffers:
            if not torch.equal(buffer, value):
                with torch.no_grad():
                    buffer.copy_(value)
        random.setstate(states[0])
        np.random.set_state(states[1])
