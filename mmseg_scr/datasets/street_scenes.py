"""Street scenes that are drawn, not downloaded: the dataset on which everything runs at once.

A scene has an address instead of a file, such as
``street-scenes://images/seed-0/128x256/street_scene_000012.png``. ``DrawStreetScene`` draws it
straight into a pipeline. Whatever else reads ``img_path`` or ``seg_map_path`` through mmengine
(``SegVisualizationHook``, ``LoadImageFromFile``, ``LoadAnnotations``) receives a PNG from
``StreetSceneBackend`` and need not know.
"""

import re
from functools import lru_cache
from numbers import Integral

import cv2
import numpy as np
from mmcv.transforms import BaseTransform
from mmengine.fileio import BaseStorageBackend, register_backend
from mmseg.datasets import BaseSegDataset
from mmseg.registry import DATASETS, TRANSFORMS

from mmseg_scr.datasets.scene_drawing import SceneClass, draw_street_scene

PREFIX = 'street-scenes'
SMALLEST_SIDE = 32  # pixels; below, poles and people are no longer recognisable
_ADDRESS = re.compile(
    rf'{PREFIX}://(?P<kind>images|labels)/seed-(?P<seed>\d+)/(?P<rows>\d+)x(?P<columns>\d+)/'
    r'street_scene_(?P<index>\d+)\.png'
)
_FAST_PNG = (cv2.IMWRITE_PNG_COMPRESSION, 1)


@DATASETS.register_module()
class StreetScenesDataset(BaseSegDataset):
    """Drawn street scenes with ten classes, the colours being those of Cityscapes.

    Args:
        length: number of scenes.
        size: (H, W) of every image, in pixels.
        seed: of the family of scenes; training and validation take different ones.
        **kwargs: of ``BaseSegDataset``; the ones about files have no effect.

    Raises:
        ValueError: naming the option, if one of them is not a sensible whole number.
    """

    METAINFO = dict(
        classes=tuple(member.name.lower() for member in SceneClass),
        palette=[
            [128, 64, 128],
            [244, 35, 232],
            [70, 70, 70],
            [153, 153, 153],
            [220, 220, 0],
            [107, 142, 35],
            [70, 130, 180],
            [220, 20, 60],
            [255, 0, 0],
            [0, 0, 142],
        ],
    )

    def __init__(
        self,
        *,
        length: int = 1000,
        size: tuple[int, int] = (128, 256),
        seed: int = 0,
        **kwargs,
    ) -> None:
        if not isinstance(size, (tuple, list)) or len(size) != 2:
            raise ValueError(f'size must be (H, W) in pixels, got {size!r}')
        self.length = _whole_number('length', length, at_least=1)
        self.rows = _whole_number('H of size', size[0], at_least=SMALLEST_SIDE)
        self.columns = _whole_number('W of size', size[1], at_least=SMALLEST_SIDE)
        self.seed = _whole_number('seed', seed, at_least=0)
        if kwargs.get('reduce_zero_label'):
            raise ValueError('reduce_zero_label=True would drop class 0, which is road')
        super().__init__(**kwargs)

    def load_data_list(self) -> list[dict]:
        """List the scenes' addresses, in the form of ``BaseSegDataset``."""
        return [
            dict(
                img_path=self._address('images', index),
                seg_map_path=self._address('labels', index),
                label_map=self.label_map,
                reduce_zero_label=self.reduce_zero_label,
                seg_fields=[],
            )
            for index in range(self.length)
        ]

    def _address(self, kind: str, index: int) -> str:
        folder = f'{PREFIX}://{kind}/seed-{self.seed}/{self.rows}x{self.columns}'
        return f'{folder}/street_scene_{index:06d}.png'


@TRANSFORMS.register_module()
class DrawStreetScene(BaseTransform):
    """Stands where other pipelines have ``LoadImageFromFile`` and ``LoadAnnotations``.

    Reads ``img_path``, ``seg_fields`` and ``label_map``; adds ``img`` (H, W, 3) in uint8 BGR,
    ``gt_seg_map`` (H, W) in uint8, ``img_shape`` and ``ori_shape``, both (H, W).

    Args:
        keep: number of scenes that stay in memory, 4 bytes a pixel, and are not drawn again.
    """

    def __init__(self, *, keep: int = 0) -> None:
        self.keep = _whole_number('keep', keep, at_least=0)
        self._kept: dict[tuple, tuple[np.ndarray, np.ndarray]] = {}

    def transform(self, results: dict) -> dict:
        """Draw the scene that ``img_path`` addresses."""
        _, size, seed, index = _parse(results['img_path'])
        image, label = self._draw(size, seed, index)
        if results.get('label_map') is not None:
            label = _relabel(label, results['label_map'])
        results.update(img=image, gt_seg_map=label, img_shape=size, ori_shape=size)
        results['seg_fields'].append('gt_seg_map')
        return results

    def _draw(self, size: tuple[int, int], seed: int, index: int) -> tuple[np.ndarray, np.ndarray]:
        scene = self._kept.get((size, seed, index))
        if scene is None:
            scene = draw_street_scene(size, seed=seed, index=index)
            if len(self._kept) < self.keep:
                self._kept[size, seed, index] = scene
        return tuple(picture.copy() for picture in scene)  # what follows may write into them


@register_backend('street_scenes', prefixes=PREFIX, force=True)
class StreetSceneBackend(BaseStorageBackend):
    """Makes mmengine's file functions answer for the address of a scene."""

    def get(self, filepath: str) -> bytes:
        """Draw a scene and return its image, or its label, as a PNG."""
        kind, *scene = _parse(filepath)
        image, label = _draw_once(*scene)
        _, png = cv2.imencode('.png', image if kind == 'images' else label, _FAST_PNG)
        return png.tobytes()

    def get_text(self, filepath: str, encoding: str = 'utf-8') -> str:
        """Refuse: there is no text at these addresses."""
        raise ValueError(f'{filepath} is a picture, it has no text')


@lru_cache(maxsize=1)  # a pipeline reads the image, and right after it the label
def _draw_once(size: tuple[int, int], seed: int, index: int) -> tuple[np.ndarray, np.ndarray]:
    return draw_street_scene(size, seed=seed, index=index)


def _parse(address: str) -> tuple[str, tuple[int, int], int, int]:
    """Split an address into kind, (H, W), seed and index."""
    match = _ADDRESS.fullmatch(str(address))
    if match is None:
        raise ValueError(
            f'{address} is no drawn scene: only images of StreetScenesDataset can be drawn; '
            'load files with LoadImageFromFile and LoadAnnotations'
        )
    rows, columns, seed, index = map(int, match.group('rows', 'columns', 'seed', 'index'))
    return match['kind'], (rows, columns), seed, index


def _relabel(label: np.ndarray, label_map: dict[int, int]) -> np.ndarray:
    """Apply mmseg's map from old to new class indices."""
    table = np.arange(256, dtype=np.uint8)
    table[list(label_map)] = list(label_map.values())
    return table[label]


def _whole_number(name: str, value: int, *, at_least: int) -> int:
    if isinstance(value, bool) or not isinstance(value, Integral) or value < at_least:
        raise ValueError(f'{name} must be a whole number >= {at_least}, got {value!r}')
    return int(value)
