"""Stops training on labels that cannot be right, and says how to put them right."""

from mmcv.transforms import BaseTransform
from mmseg.registry import TRANSFORMS

from mmseg_scr.checks import sizes_fit, sizes_message, wrong_values, wrong_values_message


@TRANSFORMS.register_module()
class CheckLabels(BaseTransform):
    """Checks one sample; to be placed right after the labels are loaded.

    Out-of-range labels otherwise end as a device-side assert on CUDA, or are skipped by the
    metric in silence. Reads ``gt_seg_map`` (H, W), ``img`` and the paths; changes nothing.

    Args:
        num_classes: labels 0 .. num_classes - 1 are classes.
        ignore_index: label that stands for "not labelled".

    Raises:
        ValueError: for every sample with a label out of range, or with another size than its
            image.
    """

    def __init__(self, num_classes: int, *, ignore_index: int = 255) -> None:
        if num_classes < 1:
            raise ValueError(f'num_classes must be at least 1, got {num_classes}')
        self.num_classes = num_classes
        self.ignore_index = ignore_index

    def transform(self, results: dict) -> dict:
        """Return ``results`` as they are, or raise; without a label there is nothing to check."""
        if 'gt_seg_map' not in results:  # inference drops the loading of labels from a pipeline
            return results
        self._check_size(results)
        self._check_values(results)
        return results

    def _check_size(self, results: dict) -> None:
        label, image = results['gt_seg_map'].shape, results['img'].shape
        # Test pipelines resize the image before they load the label: then the original counts.
        if not sizes_fit(label, image, results.get('ori_shape', image)):
            raise ValueError(sizes_message(label, image, **_names(results)))

    def _check_values(self, results: dict) -> None:
        allowed = dict(num_classes=self.num_classes, ignore_index=self.ignore_index)
        wrong = wrong_values(results['gt_seg_map'], **allowed)
        if wrong:
            reduced = bool(results.get('reduce_zero_label'))
            raise ValueError(
                wrong_values_message(wrong, reduced=reduced, **_names(results), **allowed)
            )


def _names(results: dict) -> dict[str, str]:
    paths = dict(label='seg_map_path', image='img_path')
    return {what: str(results.get(key, '(no path)')) for what, key in paths.items()}
