"""Labels of a batch that cannot be right for the head that is to learn them."""

from collections.abc import Mapping, Sequence

from mmseg.utils import SampleList

from mmseg_scr.checks import sizes_fit, sizes_message, wrong_values, wrong_values_message


def check_samples(samples: SampleList, num_classes: int, ignore_index: int) -> None:
    """Raise ValueError for a label map of another size than its image, or a label that is no class.

    Values are looked at where the labels are on a CPU alone: on a CUDA device the host would wait
    for them in every step. There only ``CheckLabels`` in the pipeline, in the worker processes,
    finds a label that is no class. Sizes are known without the device.

    Args:
        samples: of the batch, with ``gt_sem_seg``.
        num_classes: labels 0 .. num_classes - 1 are classes.
        ignore_index: label that stands for "not labelled".
    """
    for sample in samples:
        labels, meta = sample.gt_sem_seg.data, sample.metainfo
        label = meta.get('seg_map_path', '(no path)')
        image = meta.get('img_path', '(no path)')
        size, of_image = _sizes(labels.shape[-2:], meta)
        if not sizes_fit(size, of_image):
            raise ValueError(sizes_message(size, of_image, label=label, image=image))
        if labels.is_cuda:
            continue
        allowed = dict(num_classes=num_classes, ignore_index=ignore_index)
        if values := wrong_values(labels, **allowed):
            raise ValueError(wrong_values_message(values, label=label, image=image, **allowed))


def _sizes(padded: Sequence[int], meta: Mapping) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """(H, W) of a label map and of its image, both without what mmseg's preprocessor padded.

    It pads both by the same pixels and calls the size of the label ``pad_shape``, which tells
    nothing of the image.
    """
    if 'padding_size' not in meta:
        size = tuple(padded)
        shapes = [tuple(meta[key][:2]) for key in ('pad_shape', 'img_shape') if key in meta]
        # After a crop pad_shape is that of the image before.
        return size, size if size in shapes else next(iter(shapes), size)
    left, right, top, bottom = meta['padding_size']
    size = padded[0] - top - bottom, padded[1] - left - right
    return size, tuple(meta['img_shape'][:2])
