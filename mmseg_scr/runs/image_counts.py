"""Counts of every image and class as a short text: what the bootstrap over images starts from."""

import hashlib
import zlib
from base64 import b64decode, b64encode
from collections.abc import Mapping

import numpy as np

from mmseg_scr.metrics import ImageTable


def pack_counts(table: ImageTable) -> dict[str, int | str]:
    """Intersection and union of a table's images, to be kept in a record.

    Args:
        table: of ``PerImageMetric``.

    Returns:
        ``images`` and ``classes``, how many; ``names``, a digest of the names of the images in
        their order; ``data``, the counts.
    """
    true_positives, false_negatives, false_positives = np.moveaxis(table.of('all'), 1, 0)
    counts = np.stack([true_positives, false_negatives + false_positives]).astype('<i4')
    names = '\n'.join(table.images).encode('utf-8', 'surrogateescape')
    return dict(
        images=len(table.images),
        classes=len(table.classes),
        names=hashlib.sha256(names).hexdigest()[:16],
        data=b64encode(zlib.compress(_bytes_apart(counts.swapaxes(1, 2)), 9)).decode(),
    )


def unpack_counts(packed: Mapping[str, int | str]) -> np.ndarray:
    """(images, classes, 2) int64, intersection and union, of :func:`pack_counts`."""
    data = np.frombuffer(zlib.decompress(b64decode(packed['data'])), np.uint8)
    values = np.ascontiguousarray(data.reshape(4, -1).T).view('<i4')
    intersection, errors = values.reshape(2, packed['classes'], packed['images']).astype(np.int64)
    return np.stack([intersection.T, intersection.T + errors.T], axis=2)


def _bytes_apart(values: np.ndarray) -> bytes:
    """All lowest bytes first, then the next ones: of counts, the highest are zeros.

    That, and the counts of one class beside each other, makes the text a third shorter.
    """
    flat = np.ascontiguousarray(values).reshape(-1, 1)
    return np.ascontiguousarray(flat.view(np.uint8).T).tobytes()
