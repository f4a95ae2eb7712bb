"""The state of torch's generators, so that two runs draw the same numbers."""

from collections.abc import Sequence

import torch
from torch import Tensor

State = tuple[Tensor, Sequence[Tensor]]


def random_state() -> State:
    """Of the CPU, and of all GPUs if any was used."""
    # A GPU that nobody has used yet is not begun with for this.
    gpus = torch.cuda.get_rng_state_all() if torch.cuda.is_initialized() else []
    return torch.get_rng_state(), gpus


def set_random_state(state: State) -> None:
    """Go back to where :func:`random_state` was called."""
    cpu, gpus = state
    torch.set_rng_state(cpu)
    if gpus:
        torch.cuda.set_rng_state_all(gpus)
