"""How good a segmentation is near the borders between classes, and away from them."""

import math
from collections.abc import Sequence

import numpy as np
from mmseg.registry import METRICS

from mmseg_scr.metrics.band_counts import count_bands
from mmseg_scr.metrics.class_table import classes_in_mean, means, percent, print_by_class
from mmseg_scr.metrics.contour_matches import count_matches
from mmseg_scr.metrics.counting_metric import CountingMetric, Counts
from mmseg_scr.metrics.scores import (
    boundary_intersection_over_union,
    f_score,
    intersection_over_union,
    mean_over,
    ratio,
)
from mmseg_scr.metrics.widths import check_width, check_widths, in_pixels

# Scores of single images are summed as whole multiples of this: integers add up to the same in
# every order, so the number of processes does not matter.
UNIT = 2.0**-40


@METRICS.register_module()
class BoundaryMetric(CountingMetric):
    """IoU in bands around borders and outside of them, Boundary IoU and F-score of contours.

    Stands beside ``IoUMetric`` in a list of evaluators. A border is where two known classes meet:
    ignored pixels make none. Percent of (``boundary/`` in front, w, r as given):

    - ``mIoU_w3``, ``mIoU_interior_w3``: IoU of the pixels that have another class within 3 rows and
      columns, and of all others; counts summed over the dataset, mean over classes.
    - ``mBIoU``: Boundary IoU (arXiv 2103.16562), of the pixels within ``contour_width`` inside each
      mask's contour; counts summed over the dataset, mean over classes.
    - ``mBF_r3``: F-score of contours within 3 pixels, for every image and class, mean over the
      images where label or prediction has the class's contour, then over classes;
      ``mBF_image_r3``: mean over the classes of an image, then over images; ``mBF_sum_r3``: counts
      summed over the dataset.

    Args:
        widths: reaches of the bands on either side of a border; whole pixels, or a share of the
            diagonal.
        contour_width: of Boundary IoU, likewise; None leaves it out.
        rim: for Boundary IoU a mask also ends at the rim of the image, as published.
        tolerances: of the F-score, likewise, a share being rounded up; none by default, for this
            takes longer than all the rest.
        ignore_index: label of pixels that do not count.
        prefix: in front of the names of the scores.
        **kwargs: of ``BaseMetric``.

    Raises:
        ValueError: naming the option that is no width.
    """

    def __init__(
        self,
        *,
        widths: Sequence[int | float] = (1, 3, 5, 10),
        contour_width: int | float | None = 0.005,
        rim: bool = True,
        tolerances: Sequence[int | float] = (),
        ignore_index: int = 255,
        prefix: str = 'boundary',
        **kwargs,
    ) -> None:
        super().__init__(ignore_index=ignore_index, prefix=prefix, **kwargs)
        self.widths = check_widths('widths', widths)
        self.contour_width = contour_width
        if contour_width is not None:
            self.contour_width = check_width('contour_width', contour_width)
        self.rim = rim
        self.tolerances = check_widths('tolerances', tolerances)

    def count(self, label: np.ndarray, prediction: np.ndarray, num_classes: int) -> Counts:
        """Count one image."""
        distance = self.contour_width and in_pixels(self.contour_width, label.shape)
        reaches = [in_pixels(width, label.shape) for width in self.widths]
        counts = count_bands(
            label,
            prediction,
            num_classes=num_classes,
            reaches=reaches,
            distance=distance,
            rim=self.rim,
        )
        counts.update(images=np.int64(1), pixels=np.array([*reaches, distance or 0]))
        if self.tolerances:
            counts.update(self._count_contours(label, prediction, num_classes))
        return counts

    def _count_contours(
        self, label: np.ndarray, prediction: np.ndarray, num_classes: int
    ) -> Counts:
        tolerances = [in_pixels(r, label.shape, rounding=math.ceil) for r in self.tolerances]
        counts = count_matches(label, prediction, num_classes=num_classes, tolerances=tolerances)
        scores = f_score(**counts)  # (T, K)
        image_scores = mean_over(scores, axis=1)
        return dict(
            **counts,
            scores=_in_units(scores),
            scored_images=np.int64(~np.isnan(scores)),
            image_scores=_in_units(image_scores),
            images_with_score=np.int64(~np.isnan(image_scores)),
        )

    def summarize(self, counts: Counts) -> dict[str, float]:
        """Print the table by class and return the means in percent."""
        columns, notes = {}, []
        size = counts['all'][:2].sum()
        for width, band, pixels in zip(
            self.widths, counts['band'], counts['pixels'][:-1], strict=True
        ):
            columns[f'IoU_w{width:g}'] = intersection_over_union(band)
            columns[f'IoU_interior_w{width:g}'] = intersection_over_union(counts['all'] - band)
            share = percent(ratio(band[:2].sum(), size))
            notes.append(f'w{width:g}: {_mean_pixels(pixels, counts)}, {share} % of the pixels')
        if self.contour_width:
            columns['BIoU'] = boundary_intersection_over_union(counts['contour'])
            pixels = _mean_pixels(counts['pixels'][-1], counts)
            notes.append(f'BIoU: {pixels}, rim of the image {"counts" if self.rim else "is none"}')
        scores = {}
        if self.tolerances:
            columns.update(self._contour_columns(counts))
            scores = self._image_means(counts)
        notes.append(classes_in_mean(columns))
        print_by_class('boundaries per class', self.dataset_meta['classes'], columns, notes)
        return means(columns) | scores

    def _contour_columns(self, counts: Counts) -> dict[str, np.ndarray]:
        by_class = ratio(counts['scores'] * UNIT, counts['scored_images'])
        summed = f_score(counts['hits'], counts['lengths'])
        columns = {}
        for index, tolerance in enumerate(self.tolerances):
            columns[f'BF_r{tolerance:g}'] = by_class[index]
            columns[f'BF_sum_r{tolerance:g}'] = summed[index]
        return columns

    def _image_means(self, counts: Counts) -> dict[str, float]:
        values = ratio(counts['image_scores'] * UNIT, counts['images_with_score'])
        return {
            f'mBF_image_r{tolerance:g}': percent(value)
            for tolerance, value in zip(self.tolerances, values, strict=True)
        }


def _in_units(scores: np.ndarray) -> np.ndarray:
    return np.rint(np.nan_to_num(scores, nan=0.0) / UNIT).astype(np.int64)


def _mean_pixels(pixels: np.int64, counts: Counts) -> str:
    mean = pixels / counts['images']
    return f'{mean:g} px' if mean == round(mean) else f'{mean:.1f} px on average'
