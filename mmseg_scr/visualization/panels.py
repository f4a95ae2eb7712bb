"""Rows of image, truth and predictions side by side (the layout of arXiv 2412.08671, Fig. 8)."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np

GAP = 6  # white pixels between pictures
HEADER = 28  # pixels above the first row, for the titles
WHITE = 255


def draw_panels(
    path: Path | str,
    images: Sequence[np.ndarray],
    columns: Mapping[str, Sequence[np.ndarray]],
    palette: Sequence[Sequence[int]],
    *,
    ignore_index: int = 255,
) -> Path:
    """Write one PNG: a row an image, first the image, then one coloured label map a column.

    Args:
        path: the file to write; its folder is made.
        images: (H, W, 3) uint8, RGB, all of one size.
        columns: title -> one (H, W) label map an image.
        palette: RGB colour of each class.
        ignore_index: label that is painted black.

    Returns:
        ``path``.

    Raises:
        ValueError: no image, or a column whose length or size differs from the images'.
    """
    _check(images, columns)
    rows = []
    for i, image in enumerate(images):
        maps = [colorize(labels[i], palette, ignore_index) for labels in columns.values()]
        rows.append(_join([image, *maps], axis=1))
    body = _join(rows, axis=0)
    header = np.full((HEADER, body.shape[1], 3), WHITE, np.uint8)
    for k, title in enumerate(['image', *columns]):
        origin = (k * (images[0].shape[1] + GAP) + 4, HEADER - 9)
        cv2.putText(header, title, origin, cv2.FONT_HERSHEY_SIMPLEX, 0.5, (0, 0, 0), 1, cv2.LINE_AA)
    picture = np.concatenate([header, body])
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    if not cv2.imwrite(str(path), picture[..., ::-1]):
        raise OSError(f'could not write {path}')
    return path


def colorize(
    labels: np.ndarray, palette: Sequence[Sequence[int]], ignore_index: int = 255
) -> np.ndarray:
    """(H, W) labels -> (H, W, 3) uint8 RGB; ``ignore_index`` and what is no class become black."""
    known = (labels != ignore_index) & (labels >= 0) & (labels < len(palette))
    colors = np.asarray(palette, np.uint8)[np.where(known, labels, 0)]
    return colors * known[..., None].astype(np.uint8)


def _join(pictures: Sequence[np.ndarray], axis: int) -> np.ndarray:
    gap = list(pictures[0].shape)
    gap[axis] = GAP
    spacer = np.full(gap, WHITE, np.uint8)
    parts = [part for picture in pictures for part in (picture, spacer)]
    return np.concatenate(parts[:-1], axis=axis)


def _check(images: Sequence[np.ndarray], columns: Mapping[str, Sequence[np.ndarray]]) -> None:
    if not images:
        raise ValueError('draw_panels needs at least one image, got none')
    size = images[0].shape[:2]
    for title, maps in {'image': images, **columns}.items():
        sizes = {m.shape[:2] for m in maps}
        if len(maps) != len(images) or sizes != {size}:
            raise ValueError(
                f'column {title!r} has {len(maps)} maps of sizes {sorted(sizes)}, '
                f'expected {len(images)} of size {size}'
            )
