"""Label maps among the pictures: a folder too many was given, and a prediction means nothing."""

from collections.abc import Sequence

import numpy as np

SAMPLED = 64  # rows and columns that are looked at, at most
FLAT = 0.9  # share of the pixels that equal the one beside them
MOST_CLASSES = 40  # of one label map of many classes
UNLABELLED = 255
BLACK_AND_WHITE = (0, 0xFFFFFF)


def label_map_reason(picture: np.ndarray, palette: Sequence[Sequence[int]]) -> str | None:
    """Say why a picture is a label map rather than a photograph, or None if it is none.

    It is one if all of its colours are colours of classes, black and white aside, and two of them
    at least occur; or if it is grey, all values are indices of classes or 255, few of them occur,
    and nearly all pixels equal their neighbour, which those of a dark photograph do not. With more
    classes than a byte tells apart, every grey picture has such values, and none is refused.

    Args:
        picture: (H, W, 3) uint8, BGR.
        palette: RGB colour of each class.
    """
    rows, columns = (max(1, size // SAMPLED) for size in picture.shape[:2])
    seen = _as_numbers(picture[::rows, ::columns, ::-1])
    if len(seen) < 2:
        return None
    classes = set(_as_numbers(np.asarray(palette, np.uint8)[None]))
    colours = seen - set(BLACK_AND_WHITE)
    if len(colours) > 1 and colours <= classes:
        return (
            f'a label map, no picture: its {len(seen)} colours are colours of classes; give the '
            'folder of the images'
        )
    greys = {value & 0xFF for value in seen if value == (value & 0xFF) * 0x010101}
    few = len(greys) == len(seen) <= MOST_CLASSES and len(palette) <= UNLABELLED
    is_index = few and max(greys - {UNLABELLED}) in range(1, len(palette))
    if is_index and _flat_share(picture[::rows, :, 0]) > FLAT:
        return (
            f'a label map, no picture: all its values are indices of the {len(palette)} classes; '
            'give the folder of the images'
        )
    return None


def _as_numbers(colours: np.ndarray) -> set[int]:
    """The colours of (H, W, 3) uint8 as 0xRRGGBB."""
    wide = colours.astype(np.int64)
    return set(np.unique(wide[..., 0] << 16 | wide[..., 1] << 8 | wide[..., 2]).tolist())


def _flat_share(rows: np.ndarray) -> float:
    return float((rows[:, 1:] == rows[:, :-1]).mean()) if rows.shape[1] > 1 else 1.0
