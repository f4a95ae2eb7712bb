"""What a subject gives to be measured."""

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor, nn

from mmseg_scr.speed.clocks import Run


@dataclass(frozen=True)
class Contestant:
    """A subject, ready to run on one batch.

    Attributes:
        run: what is timed.
        decoder: the decoder alone, on features that are there; None where it cannot be run alone.
        loss: the forward pass of training, up to a scalar with a graph; None in inference.
        eager: the model, where its modules run as Python; None where there are none to hook.
        own: the module whose parameters are no activations.
        note: what a reader must know of it.
    """

    run: Run
    decoder: Run | None = None
    loss: Callable[[], Tensor] | None = None
    eager: nn.Module | None = None
    own: nn.Module | None = None
    note: str = ''
