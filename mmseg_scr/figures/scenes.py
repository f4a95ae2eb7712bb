"""Images of a test set with their labels and what each model predicts there."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from mmcv.transforms import Compose
from mmengine.dataset import pseudo_collate

from mmseg_scr.datasets.configured import first_dataset, without_labels
from mmseg_scr.figures.models import TrainedModel
from mmseg_scr.hooks.seeded_evaluation import seeded
from mmseg_scr.progress import ProgressReport

Source = int | Path  # index of the test set, or a file


@dataclass(frozen=True)
class Scene:
    """One image.

    Attributes:
        name: of its file, without folder and suffix.
        image: (H, W, 3) uint8 RGB at the size of the predictions.
        truth: (H, W) labels; None of a file, for which there are none.
        predictions: title of a model -> (H, W).
    """

    name: str
    image: np.ndarray
    truth: np.ndarray | None
    predictions: dict[str, np.ndarray]


def each_scene(
    models: Sequence[TrainedModel], sources: Sequence[Source], progress: ProgressReport, what: str
) -> Iterator[Scene]:
    """Predict image by image, every model by the test pipeline of its own config.

    Args:
        models: trained.
        sources: images.
        progress: called after every image.
        what: it is called with.

    Raises:
        ValueError: models of other test sets, or predictions that differ in size.
    """
    for done, source in enumerate(sources, start=1):
        samples = {model.title: load_sample(model, source) for model in models}
        names = {title: sample_name(sample) for title, sample in samples.items()}
        if len(set(names.values())) > 1:
            raise ValueError(f'image {source} of the test sets is not the same: {names}')
        seed = source if isinstance(source, int) else 0
        predictions = {m.title: predict_sample(m, samples[m.title], seed) for m in models}
        sizes = {title: p.shape for title, p in predictions.items()}
        if len(set(sizes.values())) > 1:
            raise ValueError(f'predictions for image {source} differ in size: {sizes}')
        first = samples[models[0].title]
        truth = first['data_samples'].get('gt_sem_seg')
        size = predictions[models[0].title].shape
        yield Scene(
            name=next(iter(names.values())),
            image=picture(first, size),
            truth=None if truth is None else truth.data.squeeze(0).numpy(),
            predictions=predictions,
        )
        progress(what, done, len(sources))


def load_sample(model: TrainedModel, source: Source) -> Mapping:
    """What the test pipeline makes of an image of the test set, or of a file without labels.

    Raises:
        IndexError: the test set has no such image.
        ValueError: a file that is no image.
    """
    if isinstance(source, int):
        dataset = model.test_set()
        if not 0 <= source < len(dataset):
            raise IndexError(
                f'image {source} does not exist: the test set of {model.title} has {len(dataset)}, '
                'counted from 0'
            )
        return dataset[source]
    steps = without_labels(first_dataset(model.config).get('pipeline', []))
    try:
        sample = Compose(steps)(dict(img_path=str(source), seg_fields=[], reduce_zero_label=False))
    except (cv2.error, AssertionError, AttributeError, TypeError) as error:  # decoders' ways
        raise ValueError(f'{source} cannot be read as an image: {error}') from error
    if sample is None:
        raise ValueError(f'{source} cannot be read as an image')
    return sample


def sample_name(sample: Mapping) -> str:
    """Name of the image's file, without folder and suffix."""
    return Path(str(sample['data_samples'].metainfo.get('img_path', 'image'))).stem


def picture(sample: Mapping, size: tuple[int, int]) -> np.ndarray:
    """(H, W, 3) uint8 RGB of that size, of what the pipeline gives to the model in BGR."""
    image = sample['inputs'].numpy().transpose(1, 2, 0)
    if image.shape[2] != 3:  # several channels of another kind: the first, grey
        image = np.repeat(image[..., :1], 3, axis=2)
    image = np.ascontiguousarray(image[..., ::-1])
    if image.shape[:2] != size:
        image = cv2.resize(image, size[::-1], interpolation=cv2.INTER_AREA)
    return np.clip(image, 0, 255).astype(np.uint8)


@torch.no_grad()
def predict_sample(model: TrainedModel, sample: Mapping, seed: int) -> np.ndarray:
    """(H, W) classes that a model sees in what its pipeline made of an image.

    Args:
        model: trained.
        sample: of its pipeline.
        seed: of what it draws; with the index of an image of the test set it draws as in a test.
    """
    with seeded(seed):
        (outcome,) = model.network.test_step(pseudo_collate([sample]))
    labels = outcome.pred_sem_seg.data.squeeze(0)
    return labels.long().cpu().numpy()  # mmseg gives 0. and 1. of a head with one output
