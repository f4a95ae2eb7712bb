"""mmseg's IoUMetric, which returns the figures of the classes too; mmseg only prints them."""

import numpy as np
from mmseg.evaluation import IoUMetric
from mmseg.registry import METRICS


@METRICS.register_module()
class ClassIoUMetric(IoUMetric):
    """An ``IoUMetric`` with a mapping beside every mean, such as ``IoU`` beside ``mIoU``.

    It maps the name of each class to its figure in percent, None where there is none: the IoU of a
    class without a pixel in labels and predictions, the accuracy of one without a pixel in labels.
    A test writes these mappings into its JSON beside the means.
    """

    def compute_metrics(self, results: list) -> dict:
        """The means of mmseg, in percent, and the mappings of the classes."""
        self._by_class = {}
        means = super().compute_metrics(results)
        names = self.dataset_meta['classes']
        return means | {
            kind: {name: _percent(value) for name, value in zip(names, values, strict=True)}
            for kind, values in self._by_class.items()
        }

    def total_area_to_metrics(self, *args, **kwargs) -> dict[str, np.ndarray]:
        """What mmseg makes of the areas, kept for the mappings."""
        figures = super().total_area_to_metrics(*args, **kwargs)
        self._by_class = {kind: values for kind, values in figures.items() if values.ndim}
        return figures


def _percent(share: np.floating) -> float | None:
    return None if np.isnan(share) else round(100 * float(share), 2)
