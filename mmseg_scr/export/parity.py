"""A file beside the model that it was made of, on pictures of other sizes."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from mmseg.structures import SegDataSample
from torch import Tensor

from mmseg_scr.export.deployed import Deployed
from mmseg_scr.export.model import reason
from mmseg_scr.export.programs import Program


@dataclass(frozen=True)
class Limits:
    """What is called equal.

    Attributes:
        tolerance: largest difference, as a share of the largest value of mmseg's result.
        agreement: smallest share of pixels with the same label.
    """

    tolerance: float = 1e-4
    agreement: float = 0.9999


@dataclass(frozen=True)
class Cell:
    """One picture, or batch of them.

    Attributes:
        name: of the size.
        shape: (B, C, H, W) of the images.
        difference: largest difference from mmseg's result, as a share of its largest value; None of
            labels.
        agreement: share of pixels with the same label; None if the file failed.
        model_ms: milliseconds of one prediction of the model.
        file_ms: of the file.
        error: why the file failed.
    """

    name: str
    shape: tuple[int, ...]
    difference: float | None
    agreement: float | None
    model_ms: float
    file_ms: float | None
    error: str = ''

    def passes(self, limits: Limits) -> bool:
        """Whether the file is equal to the model; a result that is not a number is not."""
        if self.agreement is None or not self.agreement >= limits.agreement:
            return False
        return self.difference is None or self.difference <= limits.tolerance


@torch.no_grad()
def check_parity(
    deployed: Deployed, program: Program, pictures: Mapping[str, Tensor]
) -> list[Cell]:
    """Compare a file with mmseg's own prediction in whole-image mode.

    Args:
        deployed: what was exported; the reference is its model, called as mmseg calls it in a test.
        program: the file.
        pictures: name -> (B, C, H, W) of 0 to 255, in the order of the config's loader.

    Raises:
        ValueError: the model itself does not take one of the pictures.
    """
    return [_compare(deployed, program, name, given) for name, given in pictures.items()]


@torch.no_grad()
def predict_with_mmseg(deployed: Deployed, pictures: Tensor) -> Tensor:
    """Logits of pictures, (B, K, H, W), by mmseg's data preprocessor, network and resizing.

    For the output 'head' those of the head alone, (B, K, h, w).
    """
    model = deployed.model
    size = tuple(pictures.shape[2:])
    samples = [
        SegDataSample(metainfo=dict(ori_shape=size, img_shape=size)) for _ in range(len(pictures))
    ]
    data = model.data_preprocessor(dict(inputs=list(pictures), data_samples=samples), False)
    if deployed.output == 'head':
        return model(data['inputs'], mode='tensor')
    metas = [sample.metainfo for sample in data['data_samples']]
    return model.encode_decode(data['inputs'], metas)[..., : size[0], : size[1]]


def _compare(deployed: Deployed, program: Program, name: str, pictures: Tensor) -> Cell:
    images = pictures if deployed.normalizes else deployed.normalize(pictures)
    shape = tuple(pictures.shape)
    try:
        logits, model_ms = _timed(lambda: predict_with_mmseg(deployed, pictures))
    except Exception as error:  # of many kinds: a size that the network does not take
        raise ValueError(
            f'the model itself does not take {name!r}, {shape[0]} of {shape[2]}x{shape[3]}; '
            f'compare on other sizes (--sizes BxHxW): {reason(error)}'
        ) from error
    try:
        actual, file_ms = _timed(lambda: program.call(images))
    except Exception as error:  # guards of a program, shapes of onnxruntime
        return Cell(name, shape, None, None, model_ms, None, reason(error))
    expected = deployed.finish(logits)
    if actual.shape != expected.shape:
        message = f'gives {tuple(actual.shape)} instead of {tuple(expected.shape)}'
        return Cell(name, shape, None, None, model_ms, file_ms, message)
    if deployed.output == 'labels':
        return Cell(name, shape, None, _share(actual == expected), model_ms, file_ms)
    largest = expected.abs().max().clamp(min=torch.finfo(expected.dtype).tiny)
    difference = ((actual - expected).abs().max() / largest).item()
    same = _labels(deployed, actual) == _labels(deployed, expected)
    return Cell(name, shape, difference, _share(same), model_ms, file_ms)


def _labels(deployed: Deployed, maps: Tensor) -> Tensor:
    """Labels of logits or of probabilities."""
    if maps.shape[1] == 1 and deployed.output == 'probabilities':
        return maps[:, 0] > deployed.last_head.threshold
    return deployed.labels(maps)


def _share(same: Tensor) -> float:
    return same.double().mean().item()


def _timed(run: Callable[[], Tensor]) -> tuple[Tensor, float]:
    """The result, and the milliseconds of a second run, which allocates and compiles nothing."""
    result = run()
    start = time.perf_counter()
    run()
    return result, 1000 * (time.perf_counter() - start)
