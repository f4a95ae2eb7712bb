"""What a training step takes and keeps at several sizes and batches, to choose a batch by."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import torch
from mmengine.model import revert_sync_batchnorm
from torch import Tensor, nn

from mmseg_scr.speed.activations import kept_bytes
from mmseg_scr.speed.clocks import stopwatch_of
from mmseg_scr.speed.noise import random_samples

HEADER = '| image | batch | s a step | s an image | MiB kept |\n|---|---:|---:|---:|---:|'


@dataclass(frozen=True)
class TrainingStep:
    """Median seconds of the losses and their gradients, and MiB kept between the two."""

    size: tuple[int, int]
    batch: int
    seconds: float
    kept: float


def training_table(
    model: nn.Module,
    sizes: Sequence[tuple[int, int]],
    batches: Sequence[int],
    *,
    rounds: int = 3,
) -> list[TrainingStep]:
    """Measure a segmentor on a CPU by processor time, on noise; the optimiser is not counted.

    Args:
        model: a segmentor of mmseg; put into training mode, gradients are left on it.
        sizes: (H, W) of the images.
        batches: numbers of images.
        rounds: steps of which the median is taken, after one that does not count.
    """
    model = revert_sync_batchnorm(model).train()
    return [_measure(model, size, batch, rounds) for size in sizes for batch in batches]


def format_training_table(steps: Sequence[TrainingStep]) -> str:
    """Markdown, one row a step."""
    rows = [
        f'| {s.size[0]}x{s.size[1]} | {s.batch} | {s.seconds:.2f} | {s.seconds / s.batch:.2f} '
        f'| {s.kept:.0f} |'
        for s in steps
    ]
    return '\n'.join([HEADER, *rows])


def _measure(model: nn.Module, size: tuple[int, int], batch: int, rounds: int) -> TrainingStep:
    images = torch.randn(batch, 3, *size)
    samples = random_samples(images, model.num_classes)

    def loss() -> Tensor:
        return model.parse_losses(model(images, samples, mode='loss'))[0]

    def step() -> None:
        model.zero_grad()
        loss().backward()

    kept = kept_bytes(loss, model)
    step()  # does not count
    stopwatch = stopwatch_of('cpu')
    seconds = median(stopwatch.seconds(step) for _ in range(rounds))
    return TrainingStep(size, batch, seconds, kept / 2**20)
