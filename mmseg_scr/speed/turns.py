"""Speed of models against one another, in runs that take turns in one process.

A machine that others use too slows down for seconds at a time. Each round runs every model once,
so that a slow spell meets them all; ratios are taken within a round, and their median is reported.
On a CPU the time is that which the process had the processor, in all of its threads: with one
thread (``OMP_NUM_THREADS=1``) waiting for other processes does not count.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

import torch
from mmengine.model import revert_sync_batchnorm
from mmengine.structures import PixelData
from mmseg.structures import SegDataSample
from torch import Tensor, nn

WARM_UP_ROUNDS = 2
HEADER = '| model | ms | ratio to the first |\n|---|---:|---:|'


@dataclass(frozen=True)
class Speed:
    """Median time of one run in milliseconds, and median over the rounds of its ratio."""

    name: str
    milliseconds: float
    ratio: float


def compare_speed(
    models: Mapping[str, nn.Module],
    shape: tuple[int, int],
    *,
    rounds: int = 20,
    batch: int = 1,
    training: bool = False,
    device: str = 'cpu',
) -> list[Speed]:
    """Time the segmentors on one random batch.

    Args:
        models: name -> segmentor of mmseg; ratios are to the first.
        shape: (H, W) of the images.
        rounds: how often each runs, at least 1, after two rounds that do not count.
        batch: images.
        training: False times a forward to the logits of the head, True the losses and their
            gradients, without the optimizer.
        device: where to run.

    Raises:
        ValueError: ``rounds`` is below 1.
    """
    if rounds < 1:
        raise ValueError(f'rounds must be at least 1, got {rounds}')
    images = torch.randn(batch, 3, *shape, device=device)
    prepare = _training_run if training else _inference_run
    runs = {name: prepare(model.to(device), images) for name, model in models.items()}
    times = take_turns(runs, rounds, clock=_clock(device))
    first = times[next(iter(times))]
    return [
        Speed(
            name,
            1000 * median(own),
            median(a / b for a, b in zip(own, first, strict=True)),
        )
        for name, own in times.items()
    ]


def take_turns(
    runs: Mapping[str, Callable[[], object]], rounds: int, *, clock: Callable[[], float]
) -> dict[str, list[float]]:
    """Seconds of every run, one entry a round; in every other round they run in reverse order."""
    times = {name: [] for name in runs}
    for number in range(WARM_UP_ROUNDS + rounds):
        for name in list(runs)[:: -1 if number % 2 else 1]:
            start = clock()
            runs[name]()
            elapsed = clock() - start
            if number >= WARM_UP_ROUNDS:
                times[name].append(elapsed)
    return times


def format_speed(speeds: Sequence[Speed]) -> str:
    """Markdown, one row a model."""
    rows = [f'| {s.name} | {s.milliseconds:.1f} | {s.ratio:.3f} |' for s in speeds]
    return '\n'.join([HEADER, *rows])


def _inference_run(model: nn.Module, images: Tensor) -> Callable[[], Tensor]:
    model.eval()

    @torch.no_grad()
    def run() -> Tensor:
        return model(images, mode='tensor')

    return run


def _training_run(model: nn.Module, images: Tensor) -> Callable[[], None]:
    model = revert_sync_batchnorm(model)
    model.train()
    labels = torch.randint(
        model.num_classes, (len(images), 1, *images.shape[2:]), device=images.device
    )
    size = dict(img_shape=images.shape[2:], pad_shape=images.shape[2:])
    samples = [SegDataSample(metainfo=size, gt_sem_seg=PixelData(data=label)) for label in labels]

    def run() -> None:
        model.zero_grad()
        terms = model(images, samples, mode='loss')
        total, _ = model.parse_losses(terms)
        total.backward()

    return run


def _clock(device: str) -> Callable[[], float]:
    if not device.startswith('cuda'):
        return time.process_time

    def after_the_device() -> float:
        torch.cuda.synchronize()
        return time.perf_counter()

    return after_the_device
