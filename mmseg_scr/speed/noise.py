"""Labels of noise, for images that nobody labelled."""

import torch
from mmengine.structures import PixelData
from mmseg.structures import SegDataSample
from torch import Tensor


def random_samples(images: Tensor, num_classes: int) -> list[SegDataSample]:
    """What the losses of a segmentor of mmseg want beside images, (B, C, H, W)."""
    shape = tuple(images.shape[2:])
    labels = torch.randint(num_classes, (len(images), 1, *shape), device=images.device)
    meta = dict(img_shape=shape, pad_shape=shape)
    return [SegDataSample(metainfo=meta, gt_sem_seg=PixelData(data=label)) for label in labels]
