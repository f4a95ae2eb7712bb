"""Counts of every image and class as a short text: what the bootstrap over images starts from."""

import hashlib
import os
import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping

import numpy as np

from mmseg_scr.metrics import ImageTable


def pack_counts(table: ImageTable) -> dict[str, int | str]:
    """Intersection and union of a table's images, to be kept in a record.

    Args:
        table: of ``PerImageMetric``.

    Returns:
        ``images`` and ``classes``, how many; ``names`` and ``relative``, digests of the names of
        the images in their order, whole and without the folder that all lie in; ``data``, the
        counts.
    """
    true_positives, false_negatives, false_positives = np.moveaxis(table.of('all'), 1, 0)
    counts = np.stack([true_positives, false_negatives + false_positives]).astype('<i4')
    # Whole folders: what is cut off ends with a slash.
    above = os.path.commonprefix(table.images).rfind('/') + 1  # noqa: RUF071
    return dict(
        images=len(table.images),
        classes=len(table.classes),
        names=_digest(table.images),
        relative=_digest(name[above:] for name in table.images),
        data=b64encode(zlib.compress(_bytes_apart(counts.swapaxes(1, 2)), 9)).decode(),
    )


def of_same_images(a: Mapping[str, int | str], b: Mapping[str, int | str]) -> bool:
    """Whether two of :func:`pack_counts` are of the same images and as many classes.

    Images may lie elsewhere, if both tell their names without that.
    """
    if a['classes'] != b['classes'] or a['images'] != b['images']:
        return False
    elsewhere = 'relative' in a and a['relative'] == b.get('relative')
    return a['names'] == b['names'] or elsewhere


def unpack_counts(packed: Mapping[str, int | str]) -> np.ndarray:
    """(images, classes, 2) int64, intersection and union, of :func:`pack_counts`."""
    data = np.frombuffer(zlib.decompress(b64decode(packed['data'])), np.uint8)
    values = np.ascontiguousarray(data.reshape(4, -1).T).view('<i4')
    intersection, errors = values.reshape(2, packed['classes'], packed['images']).astype(np.int64)
    return np.stack([intersection.T, intersection.T + errors.T], axis=2)


def _digest(names: Iterable[str]) -> str:
    text = '\n'.join(names).encode('utf-8', 'surrogateescape')
    return hashlib.sha256(text).hexdigest()[:16]


def _bytes_apart(values: np.ndarray) -> bytes:
    """All lowest bytes first, then the next ones: of counts, the highest are zeros.

    That, and the counts of one class beside each other, makes the text a third shorter.
    """
    flat = np.ascontiguousarray(values).reshape(-1, 1)
    return np.ascontiguousarray(flat.view(np.uint8).T).tobytes()
