"""Counts of every image and class, as JSON and as CSV: what resampling over images starts from."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mmseg_scr.drafts import write_csv, write_text
from mmseg_scr.metrics.scores import intersection_over_union

COUNTS = ('tp', 'fn', 'fp')


@dataclass(frozen=True)
class ImageTable:
    """True positives, false negatives and false positives.

    Args:
        classes: K names.
        regions: R names of parts of an image; ``all`` is one of them. Summed over any images,
            TP / (TP + FN + FP) is the IoU in that part.
        images: N names, in the order of the dataset.
        counts: (N, R, 3, K) int64, in the order of ``COUNTS``.
    """

    classes: tuple[str, ...]
    regions: tuple[str, ...]
    images: tuple[str, ...]
    counts: np.ndarray

    def of(self, region: str) -> np.ndarray:
        """(N, 3, K) counts of one region."""
        return self.counts[:, self.regions.index(region)]

    def write_json(self, path: Path) -> None:
        """Write everything, one line an image."""
        head = dict(classes=self.classes, regions=self.regions)
        rows = [
            json.dumps(
                dict(image=image)
                | {
                    region: dict(zip(COUNTS, counts.tolist(), strict=True))
                    for region, counts in zip(self.regions, of_image, strict=True)
                },
                ensure_ascii=False,
            )
            for image, of_image in zip(self.images, self.counts, strict=True)
        ]
        start = json.dumps(head, ensure_ascii=False)[:-1]
        write_text(path, f'{start}, "images": [\n' + ',\n'.join(rows) + '\n]}\n')

    def write_csv(self, path: Path) -> None:
        """Write one row for every class that occurs in a region of an image, with its IoU."""
        rows = [['image', 'region', 'class', *COUNTS, 'iou']]
        for image, region, name in np.argwhere(self.counts.sum(2)):
            counts = self.counts[image, region, :, name]
            iou = intersection_over_union(counts[:, None])[0]
            names = self.images[image], self.regions[region], self.classes[name]
            rows.append([*names, *counts.tolist(), f'{iou:.6f}'])
        write_csv(path, rows)

    @classmethod
    def read_json(cls, path: Path) -> 'ImageTable':
        """Read what ``write_json`` wrote."""
        content = json.loads(path.read_text(encoding='utf-8', errors='surrogateescape'))
        classes, regions = tuple(content['classes']), tuple(content['regions'])
        counts = [
            [[row[region][count] for count in COUNTS] for region in regions]
            for row in content['images']
        ]
        shape = len(counts), len(regions), len(COUNTS), len(classes)
        return cls(
            classes,
            regions,
            tuple(row['image'] for row in content['images']),
            np.array(counts, np.int64).reshape(shape),
        )
