import cv2
import numpy as np
import pytest
from mmengine.registry import DefaultScope

import mmseg_scr.datasets


@pytest.fixture(autouse=True)
def mmseg_scope():
    """Resolve bare names such as 'LoadAnnotations' in mmseg, as a Runner does."""
    with DefaultScope.overwrite_default_scope('mmseg'):
        yield


@pytest.fixture
def write_samples(tmp_path):
    """Return a function that writes n images and labels below tmp_path, and tmp_path."""

    def write(count=3, size=(24, 32), folder='train', label=None):
        for kind in ('images', 'annotations'):
            (tmp_path / kind / folder).mkdir(parents=True, exist_ok=True)
        rng = np.random.default_rng(0)
        for index in range(count):
            image = rng.integers(0, 256, (*size, 3), np.uint8)
            values = rng.integers(0, 11, size, np.uint8) if label is None else label
            cv2.imwrite(str(tmp_path / f'images/{folder}/frame_{index}.jpg'), image)
            cv2.imwrite(str(tmp_path / f'annotations/{folder}/frame_{index}.png'), values)
        return tmp_path

    return write


assert mmseg_scr.datasets  # imported for its registrations
