"""What one model predicts on one image, and the counts of it."""

import zipfile
import zlib
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from mmseg_scr.drafts import Drafts
from mmseg_scr.figures.tallies import ERROR_WIDTH, REACHES
from mmseg_scr.metrics.band_counts import count_bands
from mmseg_scr.metrics.class_codes import class_codes
from mmseg_scr.metrics.error_kinds import count_error_kinds

# What reading a file may raise that was cut off or changed; RuntimeError: a flag says encrypted.
DAMAGES = (OSError, ValueError, KeyError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error)
COUNTING = dict(reaches=REACHES, error_width=ERROR_WIDTH, layout=1)  # what a stored result obeys


@dataclass(frozen=True)
class ImageResult:
    """Arrays alone, so that a file holds one as it is.

    Attributes:
        truth: (H, W) labels.
        prediction: (H, W) labels.
        whole: (3, K) true positives, false negatives, false positives.
        bands: (B, 3, K) of the pixels within each of ``REACHES``.
        kinds: (7, K) kinds of errors.
        seconds: that the model took.
    """

    truth: np.ndarray
    prediction: np.ndarray
    whole: np.ndarray
    bands: np.ndarray
    kinds: np.ndarray
    seconds: np.ndarray


def count_image(
    truth: np.ndarray,
    prediction: np.ndarray,
    *,
    num_classes: int,
    ignore_index: int,
    seconds: float,
) -> ImageResult:
    """Count an image.

    Args:
        truth: (H, W) labels.
        prediction: (H, W) labels.
        num_classes: K.
        ignore_index: label of pixels that do not count.
        seconds: that the model took.

    Raises:
        ValueError: the maps differ in size.
    """
    codes = class_codes(truth, prediction, num_classes, ignore_index)
    counts = count_bands(*codes, num_classes=num_classes, reaches=REACHES)
    return ImageResult(
        truth=_small(truth),
        prediction=_small(prediction),
        whole=counts['all'].astype(np.int32),
        bands=counts['band'].astype(np.int32),
        kinds=count_error_kinds(*codes, num_classes=num_classes, width=ERROR_WIDTH).astype(
            np.int32
        ),
        seconds=np.float64(seconds),
    )


def write_result(path: Path, result: ImageResult) -> None:
    """Write a result, which is there in full or not at all."""
    drafts = Drafts()
    draft = drafts.open(path)
    np.savez_compressed(draft, **{f.name: getattr(result, f.name) for f in fields(ImageResult)})
    drafts.commit()


def read_result(path: Path) -> ImageResult | None:
    """What :func:`write_result` wrote; None where there is no such file, or a damaged one."""
    try:
        with np.load(path, allow_pickle=False) as content:
            return ImageResult(**{f.name: content[f.name] for f in fields(ImageResult)})
    except DAMAGES:
        return None


def _small(labels: np.ndarray) -> np.ndarray:
    """The same values in a byte each, where they fit."""
    fits = labels.size == 0 or (labels.min() >= 0 and labels.max() <= 255)
    return labels.astype(np.uint8) if fits else labels.astype(np.int32)
