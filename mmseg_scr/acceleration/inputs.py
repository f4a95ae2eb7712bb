"""What a model is tried on: noise, and pictures as its network is given them."""

from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F
from mmseg.models import BaseSegmentor
from mmseg.structures import SegDataSample
from torch import Tensor

Picture = Tensor | np.ndarray


def network_size(model: BaseSegmentor, size: tuple[int, int] | None) -> tuple[int, int]:
    """(H, W) of what the network is given for pictures of ``size``.

    Args:
        model: whose windows are taken if it predicts in windows.
        size: of whole pictures after the test pipeline, (height, width).

    Raises:
        ValueError: neither a size nor windows; a size that is no two positive integers.
    """
    test_cfg = getattr(model, 'test_cfg', None) or {}
    if test_cfg.get('mode') == 'slide':
        return tuple(test_cfg['crop_size'])
    if size is None:
        raise ValueError('optimize() needs size=(height, width) of what the model is given')
    if not _is_size(size):
        raise ValueError(f'size must be (height, width), two positive integers, got {size!r}')
    return tuple(_prepare(model, torch.zeros(3, *size)).shape[2:])


def try_inputs(
    model: BaseSegmentor, size: tuple[int, int], pictures: Sequence[Picture], batch: int
) -> tuple[list[Tensor], list[Tensor]]:
    """Noise, and prepared pictures; all (batch, 3, H, W), with (H, W) = ``size``.

    Args:
        model: whose preprocessing is applied.
        size: of the network's inputs.
        pictures: (h, w, 3) uint8 arrays as OpenCV reads them, or (3, h, w) tensors as a test
            pipeline packs them; they are resized.
        batch: images; each is the same.

    Raises:
        ValueError: a picture of another kind or shape; one picture in place of several.
    """
    if isinstance(pictures, Picture) and pictures.ndim == 3:
        raise ValueError(f'images must be a list, got one of shape {tuple(pictures.shape)}')
    device = next(model.parameters()).device
    noise = torch.randn(batch, 3, *size, generator=torch.Generator().manual_seed(0)).to(device)
    prepared = [_prepare(model, _resize(_as_tensor(picture), size)) for picture in pictures]
    return [noise], [image[..., : size[0], : size[1]].repeat(batch, 1, 1, 1) for image in prepared]


def _is_size(size: object) -> bool:
    if not isinstance(size, Sequence) or len(size) != 2:
        return False
    return all(isinstance(side, (int, np.integer)) and side > 0 for side in size)


def _prepare(model: BaseSegmentor, image: Tensor) -> Tensor:
    size = image.shape[1:]
    sample = SegDataSample(metainfo=dict(ori_shape=size, img_shape=size, pad_shape=size))
    return model.data_preprocessor(dict(inputs=[image], data_samples=[sample]), False)['inputs']


def _as_tensor(picture: Picture) -> Tensor:
    if not isinstance(picture, Picture):
        raise ValueError(f'images must be arrays (h, w, 3) or tensors (3, h, w), got {picture!r}')
    is_array = isinstance(picture, np.ndarray)
    if picture.ndim != 3 or picture.shape[2 if is_array else 0] != 3:
        kind = '(h, w, 3) array' if is_array else '(3, h, w) tensor'
        raise ValueError(f'images must be {kind}s, got shape {tuple(picture.shape)}')
    # A flipped array has negative strides, which torch refuses.
    return torch.from_numpy(np.ascontiguousarray(picture)).permute(2, 0, 1) if is_array else picture


def _resize(image: Tensor, size: tuple[int, int]) -> Tensor:
    resized = F.interpolate(image[None].float(), size, mode='bilinear', antialias=True)
    return resized[0]
