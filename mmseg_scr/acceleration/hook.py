"""Evaluates with an optimized copy of the model, once its weights are those to be evaluated."""

from collections.abc import Sequence

import torch
from mmengine.hooks import Hook
from mmengine.registry import HOOKS
from mmengine.runner import Runner
from mmseg.models import BaseSegmentor
from torch import Tensor, nn

from mmseg_scr.acceleration.optimize import check_precision, optimize
from mmseg_scr.acceleration.report import warn_that_nothing_was_done

PICTURES = 4  # of the test set, on which the copy is compared


@HOOKS.register_module()
class OptimizeHook(Hook):
    """Put :func:`~mmseg_scr.acceleration.optimize` before the first batch of a test.

    By then the checkpoint is loaded, and averaged weights are in place. The size is that of the
    first batch; the copy is checked on pictures of the test set. Afterwards the runner has its own
    model back; after a test that an error ended, when the next run begins, as no hook is called
    before. Model wrappers and test-time augmentation stay around the copy. If there can be no copy,
    a warning says why, and the model itself is evaluated.

    Args:
        precision: see :func:`~mmseg_scr.acceleration.optimize`.

    Raises:
        ValueError: another precision.
    """

    priority = 'LOWEST'

    def __init__(self, precision: str = 'float32') -> None:
        check_precision(precision)
        self.precision = precision
        self._holder: tuple[object, str] | None = None
        self._model: nn.Module | None = None

    def before_run(self, runner: Runner) -> None:
        """Give the runner its model back, in case an error ended the last test."""
        self._give_back()

    def before_test_iter(
        self, runner: Runner, batch_idx: int, data_batch: dict | tuple | list | None = None
    ) -> None:
        """Exchange the model before the first batch."""
        if batch_idx or self._holder:
            return
        holder, name = _holder(runner)
        model = getattr(holder, name)
        images = _pictures(runner.test_dataloader.dataset)
        try:
            fast = self._optimized(model, _first_view(data_batch['inputs']), images)
        except Exception as error:  # whatever a compiler or a strange model does
            warn_that_nothing_was_done(error)
            return
        setattr(holder, name, fast)
        self._holder, self._model = (holder, name), model

    def after_test_epoch(self, runner: Runner, metrics: dict[str, float] | None = None) -> None:
        """Give the runner its model back."""
        self._give_back()

    def _optimized(
        self, model: BaseSegmentor, batch: Sequence[Tensor], images: Sequence[Tensor]
    ) -> BaseSegmentor:
        size = tuple(batch[0].shape[-2:])
        return optimize(model, size, images=images, precision=self.precision, batch=len(batch))

    def _give_back(self) -> None:
        if self._holder:
            setattr(*self._holder, self._model)
        self._holder = self._model = None


def _holder(runner: Runner) -> tuple[object, str]:
    """What holds the segmentor, and as which attribute."""
    holder, name = runner, 'model'
    while isinstance(getattr(getattr(holder, name), 'module', None), nn.Module):
        holder, name = getattr(holder, name), 'module'
    return holder, name


def _pictures(dataset: torch.utils.data.Dataset) -> list[Tensor]:
    """A few, from all over the data set."""
    count = min(PICTURES, len(dataset))
    indices = [i * len(dataset) // count for i in range(count)]
    return [_first_view([dataset[i]['inputs']])[0] for i in indices]


def _first_view(inputs: Sequence) -> Sequence[Tensor]:
    """The images of a batch; under augmentation there is a batch a view."""
    return inputs[0] if isinstance(inputs[0], (list, tuple)) else inputs
