"""One model over its test set: predicted, counted and kept image by image, or taken from before."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from mmengine.structures import PixelData

from mmseg_scr.figures import TrainedModel
from mmseg_scr.figures.scenes import load_sample, predict_sample
from mmseg_scr.figures.tallies import REACHES
from mmseg_scr.metrics import ImageTable
from mmseg_scr.prediction.loop import overlap
from mmseg_scr.progress import ProgressReport
from mmseg_scr.reports.cache import PredictionCache
from mmseg_scr.reports.image_result import ImageResult, count_image
from mmseg_scr.reports.image_result import read_result as read_stored
from mmseg_scr.reports.image_result import write_result as store


@dataclass
class PassResult:
    """What one training's model did on all images.

    Attributes:
        names: of the images, without folders.
        files: in which the label maps lie.
        whole: (N, 3, K) true positives, false negatives, false positives.
        bands: (N, B, 3, K) within each of the reaches.
        kinds: (N, 7, K) kinds of errors.
        seconds: (N,) that the model took.
        predicted: images that were not there from before.
        spent: seconds of the model in this pass.
        total: seconds of this pass.
    """

    names: Sequence[str]
    files: list[Path] = field(default_factory=list)
    whole: np.ndarray = field(default_factory=lambda: np.zeros(0))
    bands: np.ndarray = field(default_factory=lambda: np.zeros(0))
    kinds: np.ndarray = field(default_factory=lambda: np.zeros(0))
    seconds: np.ndarray = field(default_factory=lambda: np.zeros(0))
    predicted: int = 0
    spent: float = 0.0
    total: float = 0.0

    @property
    def labelled(self) -> np.ndarray:
        """(N, K) known pixels of each class in the labels."""
        return self.whole[:, :2].sum(1)

    def maps(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        """Labels and prediction of an image.

        Raises:
            FileNotFoundError: its file was taken away in the meantime.
        """
        result = read_stored(self.files[index])
        if result is None:
            raise FileNotFoundError(f'{self.files[index]} is gone; make the report again')
        return result.truth, result.prediction

    def table(self, classes: Sequence[str]) -> ImageTable:
        """Counts of all images and regions."""
        counts = np.concatenate([self.whole[:, None], self.bands], axis=1).astype(np.int64)
        regions = ('all', *(f'band_w{reach}' for reach in REACHES))
        return ImageTable(tuple(classes), regions, tuple(self.names), counts)


def image_names(model: TrainedModel, limit: int | None = None) -> list[str]:
    """Names of the images of the test set, the first ``limit`` of them, without suffixes."""
    dataset = model.test_set()
    size = min(limit or len(dataset), len(dataset))
    return [Path(str(dataset.get_data_info(i).get('img_path', i))).stem for i in range(size)]


def pass_test_set(
    model: TrainedModel, names: Sequence[str], cache: Path, progress: ProgressReport
) -> PassResult:
    """Predict and count the images that the cache does not hold; the next one is read meanwhile.

    Args:
        model: trained.
        names: of the first images of its test set.
        cache: folder of the results of all models.
        progress: called after every image.

    Raises:
        ValueError: an image without labels, or whose labels have another size than the prediction.
    """
    start = time.perf_counter()
    dataset = model.test_set()
    kept = PredictionCache(cache, model)
    result = PassResult(names, [kept.file_of(dataset, i) for i in range(len(names))])
    counted: list[ImageResult] = []

    def read() -> Iterator[tuple]:
        for index, file in enumerate(result.files):
            stored = read_stored(file)
            yield index, stored, load_sample(model, index) if stored is None else None

    def predict(item: tuple) -> tuple:
        index, stored, sample = item
        if stored is not None:
            return index, stored, None, 0.0
        begin = time.perf_counter()
        prediction = predict_sample(model, sample, index)
        seconds = time.perf_counter() - begin
        return index, None, (sample['data_samples'].get('gt_sem_seg'), prediction), seconds

    def count(item: tuple) -> None:
        index, stored, maps, seconds = item
        if stored is None:
            stored = _counted(model, names[index], *maps, seconds)
            store(result.files[index], stored)
            result.predicted += 1
            result.spent += seconds
        counted.append(_without_maps(stored))
        progress(f'images by {model.title}', index + 1, len(names))

    overlap(read(), predict, count)
    for name in ('whole', 'bands', 'kinds', 'seconds'):
        setattr(result, name, np.stack([getattr(each, name) for each in counted]))
    result.total = time.perf_counter() - start
    return result


def _counted(
    model: TrainedModel, name: str, truth: PixelData | None, prediction: np.ndarray, seconds: float
) -> ImageResult:
    if truth is None:
        raise ValueError(
            f'{name} has no labels: the test pipeline of {model.title} needs LoadAnnotations'
        )
    return count_image(
        truth.data.squeeze(0).numpy(),
        prediction,
        num_classes=len(model.classes),
        ignore_index=model.ignore_index,
        seconds=seconds,
    )


def _without_maps(result: ImageResult) -> ImageResult:
    """What stays in memory of an image."""
    nothing = np.zeros((0, 0), np.uint8)
    return replace(result, truth=nothing, prediction=nothing)
