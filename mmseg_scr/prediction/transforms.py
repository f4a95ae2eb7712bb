"""A config's test pipeline for pictures that are in memory and have no labels."""

from collections.abc import Mapping

import cv2
import numpy as np
from mmengine.config import Config
from mmengine.dataset import Compose

FROM_ARRAY = 'LoadImageFromNDArray'


def picture_pipeline(config: Config) -> Compose:
    """The transforms from an array, (H, W, 3) uint8, BGR, under ``img``, to packed inputs.

    The transform that loads a picture is replaced, those that load labels are left out.

    Raises:
        ValueError: the config has no test pipeline.
    """
    given = config.get('test_pipeline') or _of_dataset(config)
    if not given:
        raise ValueError(
            'the config has neither test_pipeline nor test_dataloader, so nothing says how a '
            'picture becomes an input of the model'
        )
    kept = [step for step in given if 'Annotation' not in _type(step)]
    loader = kept.pop(0) if kept and _type(kept[0]).startswith('Load') else {}
    steps = [dict(type=FROM_ARRAY, to_float32=loader.get('to_float32', False)), *kept]
    if loader.get('color_type') == 'grayscale':
        steps.insert(0, _to_grey)
    return Compose(steps)


def _of_dataset(config: Config) -> list | None:
    dataset = (config.get('test_dataloader') or {}).get('dataset') or {}
    while 'pipeline' not in dataset and 'dataset' in dataset:
        dataset = dataset['dataset']
    return dataset.get('pipeline')


def _type(step: Mapping) -> str:
    kind = step['type']
    name = kind if isinstance(kind, str) else kind.__name__
    return name.rpartition('.')[2]


def _to_grey(results: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return dict(results, img=cv2.cvtColor(results['img'], cv2.COLOR_BGR2GRAY))
