"""A few images of a dataset, read once, on which several models are looked at."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from mmengine.config import Config, ConfigDict
from mmengine.dataset import pseudo_collate
from mmseg.models import BaseSegmentor
from mmseg.registry import DATASETS

from mmseg_scr.hooks.seeded_evaluation import seeded
from mmseg_scr.metrics.band_counts import count_bands
from mmseg_scr.metrics.class_codes import class_codes
from mmseg_scr.metrics.class_table import percent
from mmseg_scr.metrics.scores import intersection_over_union, mean_over
from mmseg_scr.progress import ProgressReport
from mmseg_scr.runs.evaluation import evaluators_of

IGNORE_INDEX = 255  # of mmseg's IoUMetric, unless a config says otherwise
REACH = 1  # of the band around borders, in pixels


@dataclass(frozen=True)
class Sample:
    """Images as a dataset of mmseg gives them.

    Attributes:
        inputs: samples of its pipeline, to be collated.
        truth: (H, W) labels of each.
        classes: names.
        palette: RGB colour of each class.
        ignore_index: label of pixels that do not count.
    """

    inputs: list[dict]
    truth: list[np.ndarray]
    classes: tuple[str, ...]
    palette: list[list[int]]
    ignore_index: int = IGNORE_INDEX

    @property
    def images(self) -> list[np.ndarray]:
        """(H, W, 3) uint8 in RGB, as they go into a model."""
        return [scene['inputs'].numpy().transpose(1, 2, 0)[..., ::-1] for scene in self.inputs]


def ignored_label(config: Config) -> int:
    """The label of pixels that the evaluators of a config's test do not count."""
    evaluators = evaluators_of(config)
    return next((e.ignore_index for e in evaluators if 'ignore_index' in e), IGNORE_INDEX)


def read_sample(
    dataset: ConfigDict, images: int | None = None, *, ignore_index: int = IGNORE_INDEX
) -> Sample:
    """Read the first images of a dataset with their labels.

    Args:
        dataset: its config.
        images: how many; all by default, or if there are fewer.
        ignore_index: label of pixels that do not count, see :func:`ignored_label`.

    Raises:
        ValueError: an image has no labels.
    """
    built = DATASETS.build(dataset)
    inputs = [built[i] for i in range(min(images or len(built), len(built)))]
    truth = [_labels(scene) for scene in inputs]
    info = built.metainfo
    return Sample(inputs, truth, info['classes'], info['palette'], ignore_index)


def _labels(scene: dict) -> np.ndarray:
    sample = scene['data_samples']
    if 'gt_sem_seg' not in sample:
        raise ValueError(
            f'{sample.get("img_path", "an image")} has no labels, which predictions are compared '
            'with: the pipeline of the data set needs LoadAnnotations'
        )
    return sample.gt_sem_seg.data[0].numpy()


@torch.no_grad()
def predict(
    model: BaseSegmentor, sample: Sample, *, progress: ProgressReport, title: str
) -> list[np.ndarray]:
    """(H, W) labels that a model gives to each image; the model is in evaluation afterwards.

    What a model draws in evaluation is seeded image by image, as in a test with
    ``SeededEvaluationHook``.
    """
    model.eval()
    maps = []
    for index, scene in enumerate(sample.inputs):
        with seeded(index):
            outcome = model.test_step(pseudo_collate([scene]))[0]
        labels = outcome.pred_sem_seg.data[0]
        maps.append(labels.long().cpu().numpy())  # floats of a head with one output
        progress(f'evaluating {title}', index + 1, len(sample.inputs))
    return maps


def score(sample: Sample, predictions: Sequence[np.ndarray]) -> dict[str, float]:
    """``mIoU`` and ``boundary/mIoU_w1`` in percent, as IoUMetric and BoundaryMetric name them."""
    counts = _count(sample, predictions)
    everywhere, near = (sum(image[key] for image in counts) for key in ('all', 'band'))
    ious = {'mIoU': everywhere, f'boundary/mIoU_w{REACH}': near[0]}
    return {name: percent(mean_over(intersection_over_union(kind))) for name, kind in ious.items()}


def score_class(sample: Sample, predictions: Sequence[np.ndarray], name: str) -> float:
    """IoU of a class in percent; nan if neither truth nor predictions have it.

    Raises:
        ValueError: the sample has no class of that name.
    """
    if name not in sample.classes:
        raise ValueError(f'no class is named {name!r}, only {", ".join(sample.classes)}')
    everywhere = sum(image['all'] for image in _count(sample, predictions))
    return percent(intersection_over_union(everywhere)[sample.classes.index(name)])


def _count(sample: Sample, predictions: Sequence[np.ndarray]) -> list[dict[str, np.ndarray]]:
    known = len(sample.classes)
    return [
        count_bands(
            *class_codes(truth, labels, known, sample.ignore_index),
            num_classes=known,
            reaches=[REACH],
        )
        for truth, labels in zip(sample.truth, predictions, strict=True)
    ]
