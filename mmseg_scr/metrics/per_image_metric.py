"""A table with the counts of every image and class, and the means that need it."""

from collections.abc import Mapping, Sequence
from numbers import Integral
from pathlib import Path

import numpy as np
from mmengine.evaluator import BaseMetric
from mmseg.registry import METRICS

from mmseg_scr.metrics.band_counts import count_bands
from mmseg_scr.metrics.class_codes import image_name, read_codes
from mmseg_scr.metrics.class_table import classes_in_mean, means, percent, print_by_class
from mmseg_scr.metrics.image_scores import (
    image_class_iou,
    image_means,
    mean_of_lowest,
    worst_by_class,
)
from mmseg_scr.metrics.image_table import ImageTable
from mmseg_scr.metrics.scores import mean_over
from mmseg_scr.metrics.widths import check_width, check_widths, in_pixels

NAME = 'per_image'
LISTED = 3  # images with the lowest scores


@METRICS.register_module()
class PerImageMetric(BaseMetric):
    """Writes ``per_image.json`` and ``per_image.csv``, and scores images one by one.

    Percent of (``image/`` in front), after arXiv 2310.19252; a class counts in the images whose
    label has it:

    - ``mIoU_I``: mean over the classes of an image, then over images.
    - ``mIoU_C``: mean over the images of a class, then over classes.
    - ``mIoU_I_worst5``, ``mIoU_C_worst5``: the same over the lowest 5 percent of the images.

    Regions of the table: ``all``, ``band_w3`` for every width, and ``contour`` (its IoU is Boundary
    IoU). ``ImageTable.read_json`` reads it.

    Args:
        output_dir: folder for the two files, which every evaluation writes anew; None for none.
        widths: reaches of further regions around borders, as of ``BoundaryMetric``.
        contour_width: of the region ``contour``, likewise; None leaves it out.
        worst: percent of the images that the worst are, 1 to 100.
        ignore_index: label of pixels that do not count.
        prefix: in front of the names of the scores.
        **kwargs: of ``BaseMetric``.

    Raises:
        ValueError: naming the option.
        OSError: at the first image, if ``output_dir`` cannot be made.
    """

    def __init__(
        self,
        *,
        output_dir: str | None = None,
        widths: Sequence[int | float] = (),
        contour_width: int | float | None = None,
        worst: int = 5,
        ignore_index: int = 255,
        prefix: str = 'image',
        **kwargs,
    ) -> None:
        super().__init__(prefix=prefix, **kwargs)
        if isinstance(worst, bool) or not isinstance(worst, Integral) or not 1 <= worst <= 100:
            raise ValueError(f'worst must be whole percent from 1 to 100, got {worst!r}')
        self.output_dir = output_dir
        self.widths = check_widths('widths', widths)
        self.contour_width = contour_width
        if contour_width is not None:
            self.contour_width = check_width('contour_width', contour_width)
        self.worst = worst
        self.ignore_index = ignore_index

    def process(self, data_batch: object, data_samples: Sequence[Mapping]) -> None:
        """Count the images of a batch; mmengine drops what a sampler repeats."""
        num_classes = len(self.dataset_meta['classes'])
        if self.output_dir is not None and not self.results:
            Path(self.output_dir).mkdir(parents=True, exist_ok=True)  # or fail before the others
        for sample in data_samples:
            codes = read_codes(sample, num_classes, self.ignore_index)
            self.results.append((image_name(sample), self._count(*codes, num_classes)))

    def _count(self, label: np.ndarray, prediction: np.ndarray, num_classes: int) -> np.ndarray:
        """Count one image: (R, 3, K)."""
        counts = count_bands(
            label,
            prediction,
            num_classes=num_classes,
            reaches=[in_pixels(width, label.shape) for width in self.widths],
            distance=self.contour_width and in_pixels(self.contour_width, label.shape),
        )
        regions = [counts['all'], *counts['band']]
        if self.contour_width:
            both, of_label, of_prediction = counts['contour']
            regions.append(np.stack([both, of_label - both, of_prediction - both]))
        return np.stack(regions)

    def compute_metrics(self, results: list[tuple[str, np.ndarray]]) -> dict[str, float]:
        """Write the files, print the table by class and return the means in percent."""
        if not results:
            return {}
        images, counts = zip(*results, strict=True)
        regions = ['all', *(f'band_w{width:g}' for width in self.widths)]
        regions += ['contour'] * bool(self.contour_width)
        table = ImageTable(
            tuple(self.dataset_meta['classes']), tuple(regions), images, np.stack(counts)
        )
        if self.output_dir is not None:
            folder = Path(self.output_dir)
            table.write_json(folder / f'{NAME}.json')
            table.write_csv(folder / f'{NAME}.csv')
        return self._summarize(table)

    def _summarize(self, table: ImageTable) -> dict[str, float]:
        values = image_class_iou(table.of('all'))
        by_image = image_means(values)
        columns = {
            'IoU_C': mean_over(values, axis=0),
            f'IoU_C_worst{self.worst}': worst_by_class(values, self.worst),
        }
        lowest = [i for i in np.argsort(by_image)[:LISTED] if not np.isnan(by_image[i])]
        notes = [f'low: {percent(by_image[i])} {table.images[i]}' for i in lowest]
        notes.append(classes_in_mean(columns))
        print_by_class('images per class', table.classes, columns, notes)
        return {
            'mIoU_I': percent(mean_over(by_image)),
            f'mIoU_I_worst{self.worst}': percent(mean_of_lowest(by_image, self.worst)),
            **means(columns),
        }
