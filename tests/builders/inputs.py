"""What a backbone and a data loader would hand to a decode head, without either."""

from collections.abc import Sequence

import torch
from mmengine.structures import PixelData
from mmseg.structures import SegDataSample
from torch import Tensor

WIDTHS = [8, 16, 24, 32]
ODD_SIZES = [(720, 720), (360, 480), (65, 97), (32, 32)]  # of images, in pixels


def stage_sizes(height: int, width: int) -> list[tuple[int, int]]:
    """Map sizes at strides 4 to 32 of convolutions of stride 2 that round up."""
    sizes = []
    for stage in range(5):
        height, width = (height + 1) // 2, (width + 1) // 2
        if stage:
            sizes.append((height, width))
    return sizes


def stage_maps(
    batch: int, image_size: tuple[int, int] = (64, 96), widths: Sequence[int] = WIDTHS
) -> list[Tensor]:
    """Random maps (B, C_l, h_l, w_l), fine to coarse, each channel with a mean of its own."""
    sizes = stage_sizes(*image_size)
    return [
        torch.randn(batch, c, *size) + torch.randn(batch, c, 1, 1)
        for c, size in zip(widths, sizes, strict=True)
    ]


def data_samples(labels: Tensor) -> list[SegDataSample]:
    """Wrap labels (B, H, W) in the framework's samples."""
    samples = []
    for label in labels:
        size = tuple(label.shape)
        sample = SegDataSample(metainfo=dict(img_shape=size, ori_shape=size, pad_shape=size))
        sample.gt_sem_seg = PixelData(data=label.unsqueeze(0))
        samples.append(sample)
    return samples


def block_labels(batch: int, image_size: tuple[int, int], num_classes: int) -> Tensor:
    """Labels (B, H, W) in squares of 16 pixels, another class from each square to the next."""
    rows = torch.arange(image_size[0]).div(16, rounding_mode='floor')
    columns = torch.arange(image_size[1]).div(16, rounding_mode='floor')
    image = torch.arange(batch)
    return (image[:, None, None] + 2 * rows[:, None] + columns) % num_classes
