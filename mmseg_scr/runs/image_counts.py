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
    union = true_positives + false_negatives + false_positives
    counts = np.stack([true_positives, union], axis=2).astype('<i4')
    names = hashlib.sha256('\n'.join(table.images).encode()).hexdigest()[:16]
    return dict(
        images=len(table.images),
        classes=len(table.classes),
        names=names,
        data=b64encode(zlib.compress(counts.tobytes(), 9)).decode(),
    )


def unpack_counts(packed: Mapping[str, int | str]) -> np.ndarray:
    """(images, classes, 2) int64, intersection and union, of :func:`pack_counts`."""
    flat = np.frombuffer(zlib.decompress(b64decode(packed['data'])), '<i4')
    return flat.reshape(packed['images'], packed['classes'], 2).astype(np.int64)
