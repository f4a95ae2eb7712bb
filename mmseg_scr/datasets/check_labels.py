"""Stops training on labels that cannot be right, and says how to put them right."""

import numpy as np
from mmcv.transforms import BaseTransform
from mmseg.registry import TRANSFORMS

NAMED_VALUES = 8  # how many offending values a message lists


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
        self._check_shape(results)
        self._check_values(results)
        return results

    def _check_shape(self, results: dict) -> None:
        label = results['gt_seg_map']
        image_size = tuple(results['img'].shape[:2])
        # Test pipelines resize the image before they load the label: then the original counts.
        sizes = {image_size, tuple(results.get('ori_shape', image_size)[:2])}
        if label.shape not in sizes:
            hint = (
                'a label must be an index PNG with one channel, not a colour picture'
                if label.ndim != 2
                else 'both must show the same picture at the same resolution'
            )
            raise ValueError(
                f'{_label_name(results)} has the shape {label.shape}, but its image '
                f'{_image_name(results)} is {image_size} (height, width): {hint}'
            )

    def _check_values(self, results: dict) -> None:
        label = results['gt_seg_map']
        wrong = (label >= self.num_classes) & (label != self.ignore_index)
        if np.issubdtype(label.dtype, np.signedinteger):
            wrong |= (label < 0) & (label != self.ignore_index)
        if not wrong.any():
            return
        reduced = bool(results.get('reduce_zero_label'))
        values = (np.unique(label[wrong]).astype(int) + reduced).tolist()  # as in the file
        more = ', ...' if len(values) > NAMED_VALUES else ''
        raise ValueError(
            f'{_label_name(results)} (image {_image_name(results)}) holds the label(s) '
            f'[{", ".join(map(str, values[:NAMED_VALUES]))}{more}]; allowed are {int(reduced)} to '
            f'{self.num_classes - 1 + reduced} (num_classes={self.num_classes}, '
            f'reduce_zero_label={reduced}) and ignore_index={self.ignore_index}. Set num_classes '
            'to the number of classes, map the labels to this range, or, where 0 means "not '
            'labelled" and classes begin at 1, set reduce_zero_label=True in the dataset.'
        )


def _label_name(results: dict) -> str:
    return f'label {results.get("seg_map_path", "(no path)")}'


def _image_name(results: dict) -> str:
    return str(results.get('img_path', '(no path)'))
