"""Label and prediction as small codes, with everything that must not count already out of the way.

Codes: 0 is unknown (the label is ignored there), 1..K are the classes 0..K-1, K + 1 is any other
value. All counting functions of this room take such maps.
"""

from collections.abc import Mapping

import numpy as np

UNKNOWN = 0


def class_codes(
    label: np.ndarray, prediction: np.ndarray, num_classes: int, ignore_index: int
) -> tuple[np.ndarray, np.ndarray]:
    """Encode both maps; what is predicted where the label is ignored leaves no trace.

    Args:
        label: (H, W) integers; values that are neither a class nor ignored are one further class
            that nobody scores.
        prediction: (H, W) integers; a value that is no class, or ``ignore_index``, is a miss of the
            true class and a false alarm of none.
        num_classes: K.
        ignore_index: value of unknown pixels in ``label``.

    Returns:
        Two (H, W) maps of codes, uint8 up to 254 classes, else uint16.

    Raises:
        ValueError: the maps differ in shape or are not (H, W).
    """
    if label.ndim != 2 or label.shape != prediction.shape:
        raise ValueError(
            f'label and prediction must be (H, W) of one size, got {label.shape} and '
            f'{prediction.shape}'
        )
    known = label != ignore_index
    label_codes = _codes(label, num_classes)
    prediction_codes = _codes(prediction, num_classes)
    if 0 <= ignore_index < num_classes:
        prediction_codes[prediction == ignore_index] = num_classes + 1
    label_codes *= known
    prediction_codes *= known
    return label_codes, prediction_codes


def read_codes(
    sample: Mapping, num_classes: int, ignore_index: int
) -> tuple[np.ndarray, np.ndarray]:
    """Encode the maps of one data sample, as mmseg's evaluators receive it.

    Raises:
        ValueError: it has no label, or the two maps differ in size.
    """
    if 'gt_sem_seg' not in sample:
        raise ValueError(
            f'no label for {image_name(sample)}: this metric compares with labels, so the pipeline '
            'of the dataloader needs LoadAnnotations'
        )
    maps = (sample[key]['data'] for key in ('gt_sem_seg', 'pred_sem_seg'))
    label, prediction = (m.reshape(m.shape[-2:]).cpu().numpy() for m in maps)
    return class_codes(label, prediction, num_classes, ignore_index)


def image_name(sample: Mapping) -> str:
    """Path or address of the image of a data sample."""
    return str(sample.get('img_path', '(no path)'))


def _codes(values: np.ndarray, num_classes: int) -> np.ndarray:
    if values.dtype.kind not in 'iu':  # bool, or the 0. and 1. of a model with one output channel
        values = values.astype(np.int64)
    # Seen as unsigned, negative values are large: one minimum sends all that is no class to K.
    unsigned = np.ascontiguousarray(values).view(values.dtype.str.replace('i', 'u'))
    last = min(num_classes, np.iinfo(unsigned.dtype).max)
    codes = np.empty(values.shape, np.uint8 if num_classes <= 254 else np.uint16)
    np.minimum(unsigned, unsigned.dtype.type(last), out=codes, casting='unsafe')
    codes += 1
    return codes
