"""A config's test pipeline for pictures that are in memory and have no labels."""

import cv2
import numpy as np
from mmengine.config import Config
from mmengine.dataset import Compose

from mmseg_scr.datasets.configured import first_dataset, type_name, without_labels

FROM_ARRAY = 'LoadImageFromNDArray'


def picture_pipeline(config: Config) -> Compose:
    """The transforms from an array, (H, W, 3) uint8, BGR, under ``img``, to packed inputs.

    The transform that loads a picture is replaced, those that load labels are left out.

    Raises:
        ValueError: the config has no test pipeline.
    """
    given = config.get('test_pipeline') or first_dataset(config).get('pipeline')
    if not given:
        raise ValueError(
            'the config has neither test_pipeline nor test_dataloader, so nothing says how a '
            'picture becomes an input of the model'
        )
    kept = without_labels(given)
    loader = kept.pop(0) if kept and type_name(kept[0]).startswith('Load') else {}
    steps = [dict(type=FROM_ARRAY, to_float32=loader.get('to_float32', False)), *kept]
    if loader.get('color_type') == 'grayscale':
        steps.insert(0, _to_grey)
    return Compose(steps)


def _to_grey(results: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return dict(results, img=cv2.cvtColor(results['img'], cv2.COLOR_BGR2GRAY))
