"""Labels that cannot be right: values that are no class, maps of another size than their image."""

import io
from collections.abc import Sequence

import numpy as np
import torch
from PIL import Image
from torch import Tensor

NAMED_VALUES = 8  # how many offending values a message lists


def out_of_range(
    labels: np.ndarray | Tensor, num_classes: int, ignore_index: int
) -> np.ndarray | Tensor:
    """Where a label is neither a class nor ignored; nothing is copied off a device.

    Args:
        labels: integers of any shape, signed or not.
        num_classes: labels 0 .. num_classes - 1 are classes.
        ignore_index: label that stands for "not labelled"; may be negative.

    Returns:
        bool, of the kind, shape and device of ``labels``.
    """
    if isinstance(labels, Tensor):
        labels = labels.long()  # torch makes 300 a 44 when it compares it with uint8
    return ((labels < 0) | (labels >= num_classes)) & (labels != ignore_index)


def wrong_values(labels: np.ndarray | Tensor, num_classes: int, ignore_index: int) -> list[int]:
    """The labels that are neither a class nor ignored, sorted; makes a device wait.

    Arguments are those of :func:`out_of_range`.

    >>> wrong_values(torch.tensor([[0, 3], [255, 2]]), num_classes=2, ignore_index=255)
    [2, 3]
    """
    wrong = out_of_range(labels, num_classes, ignore_index)
    if not wrong.any():
        return []
    unique = torch.unique if isinstance(labels, Tensor) else np.unique
    return unique(labels[wrong]).tolist()


def wrong_values_message(
    values: Sequence[int],
    *,
    label: str,
    image: str | None = None,
    num_classes: int,
    ignore_index: int,
    reduced: bool = False,
) -> str:
    """Say which values are no class, which are, and what to do.

    Args:
        values: what :func:`wrong_values` found.
        label: name of the label map, or of several.
        image: name of its image, if known.
        num_classes: labels 0 .. num_classes - 1 are classes.
        ignore_index: label that stands for "not labelled".
        reduced: whether ``reduce_zero_label`` took one from the values of the file; the message
            speaks of the file.
    """
    # Reducing makes 255 of the file's 0, and leaves its 255.
    in_file = {255: '0 or 255'} if reduced else {}
    named = [in_file.get(value, str(value + reduced)) for value in values[:NAMED_VALUES]]
    more = ', ...' if len(values) > NAMED_VALUES else ''
    return (
        f'label {label}{f" (image {image})" if image else ""} holds the label(s) '
        f'[{", ".join(named)}{more}]; allowed are {int(reduced)} to '
        f'{num_classes - 1 + reduced} (num_classes={num_classes}, '
        f'reduce_zero_label={reduced}) and ignore_index={ignore_index}. Set num_classes '
        'to the number of classes, map the labels to this range, or, where 0 means "not '
        'labelled" and classes begin at 1, set reduce_zero_label=True in the dataset.'
    )


def sizes_fit(label: Sequence[int], *images: Sequence[int]) -> bool:
    """Whether a label map has the size of its image.

    Args:
        label: shape of the map; anything but (H, W) fits nothing.
        images: shapes (H, W, ...) of which one has to agree, such as before and after resizing.
    """
    return tuple(label) in {tuple(image[:2]) for image in images}


def sizes_message(
    label_size: Sequence[int], image_size: Sequence[int], *, label: str, image: str
) -> str:
    """Say that a label map and its image differ, and what to do.

    Args:
        label_size: shape of the map.
        image_size: shape (H, W, ...) of the image.
        label: name of the map.
        image: name of the image.
    """
    hint = (
        'both must show the same picture at the same resolution'
        if len(label_size) == 2
        else 'a label must be an index PNG with one channel, not a colour picture'
    )
    return (
        f'label {label} has the shape {tuple(label_size)}, but its image {image} is '
        f'{tuple(image_size[:2])} (height, width): {hint}'
    )


def beyond_a_byte(content: bytes) -> list[int | float]:
    """The values of a label map's file that 8 bits cannot hold, sorted.

    Only the header of an ordinary map is read; one that Pillow does not know is not judged.

    Args:
        content: of the file.
    """
    try:
        image = Image.open(io.BytesIO(content))
    except OSError:
        return []
    with image:
        if not image.mode.startswith(('I', 'F')):  # 16 or 32 bits, whole numbers or fractions
            return []
        values = np.unique(np.asarray(image))
    return values[(values < 0) | (values > 255) | (values % 1 != 0)].tolist()


def beyond_a_byte_message(values: Sequence[float], *, label: str) -> str:
    """Say that a label map holds what :func:`beyond_a_byte` found, and what to do."""
    named = ', '.join(map(str, values[:NAMED_VALUES]))
    more = ', ...' if len(values) > NAMED_VALUES else ''
    return (
        f'label {label} holds the label(s) [{named}{more}], but label maps are read as 8 bits, '
        'where 300 is 44: write whole numbers from 0 to 255 as an 8-bit PNG (in numpy: '
        'array.astype(np.uint8)), classes from 0 and 255 where nothing is labelled'
    )
