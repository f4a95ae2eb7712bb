"""What the missing part of IoU is made of."""

import numpy as np
from mmseg.registry import METRICS

from mmseg_scr.metrics.class_table import classes_in_mean, means, print_by_class
from mmseg_scr.metrics.counting_metric import CountingMetric, Counts
from mmseg_scr.metrics.error_kinds import COLUMNS, count_error_kinds
from mmseg_scr.metrics.scores import ratio
from mmseg_scr.metrics.widths import check_width, in_pixels


@METRICS.register_module()
class ErrorTypeMetric(CountingMetric):
    """Splits 1 - IoU into false positives and negatives of the boundary, the extent, a segment.

    Kinds of Bernhard et al. (WACV 2024): see ``error_kinds``. Percent of (``error/`` in front):

    - ``mIoU`` and ``mFP_boundary``, ``mFN_boundary``, ``mFP_extent``, ``mFN_extent``,
      ``mFP_segment``, ``mFN_segment``: shares of the union, counts summed over the dataset, mean
      over classes. Before rounding they add up to 100 exactly, for every class and in the mean.
    - ``mBoundary_rest``, ``mExtent_rest``, ``mSegment_rest``: what of the union is lost at the
      boundary when the other kinds are set aside, to the extent when segments are set aside, and
      in segments ("renormalised" in the paper).

    Args:
        width: Euclidean, whole pixels or a share of the diagonal (the paper's code: 0.01). A
            straight border that is off by less than twice this is an error of the boundary.
        ignore_index: label of pixels that do not count.
        prefix: in front of the names of the scores.
        **kwargs: of ``BaseMetric``.

    Raises:
        ValueError: ``width`` is none.
    """

    def __init__(
        self,
        *,
        width: int | float = 3,
        ignore_index: int = 255,
        prefix: str = 'error',
        **kwargs,
    ) -> None:
        super().__init__(ignore_index=ignore_index, prefix=prefix, **kwargs)
        self.width = check_width('width', width)

    def count(self, label: np.ndarray, prediction: np.ndarray, num_classes: int) -> Counts:
        """Count one image."""
        pixels = in_pixels(self.width, label.shape)
        kinds = count_error_kinds(label, prediction, num_classes=num_classes, width=pixels)
        return dict(kinds=kinds, pixels=np.int64(pixels), images=np.int64(1))

    def summarize(self, counts: Counts) -> dict[str, float]:
        """Print the table by class and return the means in percent."""
        kinds = counts['kinds']
        names = ('IoU', *COLUMNS[1:])
        shares = dict(zip(names, ratio(kinds, kinds.sum(0)), strict=True))
        rest = remaining_shares(kinds)
        width = counts['pixels'] / counts['images']
        notes = [f'width {width:.3g} px', classes_in_mean(shares | rest)]
        print_by_class(
            'kinds of errors per class', self.dataset_meta['classes'], shares | rest, notes
        )
        return means(shares | rest)


def remaining_shares(kinds: np.ndarray) -> dict[str, np.ndarray]:
    """(7, K) counts -> name -> (K,) errors of one kind among themselves and what is right by then.

    Boundary errors are compared with true positives, errors of the extent with both, segments with
    all.
    """
    true_positives = kinds[0]
    boundary, extent, segment = (kinds[i] + kinds[i + 1] for i in (1, 3, 5))
    return dict(
        Boundary_rest=ratio(boundary, true_positives + boundary),
        Extent_rest=ratio(extent, true_positives + boundary + extent),
        Segment_rest=ratio(segment, kinds.sum(0)),
    )
