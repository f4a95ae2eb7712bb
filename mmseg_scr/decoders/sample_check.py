"""Labels of a batch that cannot be right for the head that is to learn them."""

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
        size = tuple(labels.shape[-2:])
        padded = tuple(meta.get('pad_shape', size)[:2])
        if not sizes_fit(size, padded):
            raise ValueError(sizes_message(size, padded, label=label, image=image))
        if labels.is_cuda:
            continue
        allowed = dict(num_classes=num_classes, ignore_index=ignore_index)
        if values := wrong_values(labels, **allowed):
            raise ValueError(wrong_values_message(values, label=label, image=image, **allowed))
