import io

import numpy as np
import pytest
import torch
from PIL import Image

from mmseg_scr.checks import (
    beyond_a_byte,
    beyond_a_byte_message,
    out_of_range,
    sizes_fit,
    sizes_message,
    wrong_values,
    wrong_values_message,
)


def kinds(values, dtype='int64'):
    """The same labels as an array and as a tensor."""
    array = np.array(values).astype(dtype)
    return [array, torch.from_numpy(array)]


@pytest.mark.parametrize('dtype', ['uint8', 'int8', 'int16', 'int32', 'int64'])
def test_classes_and_the_ignored_label_are_right_in_every_integer_type(dtype):
    for labels in kinds([[0, 2], [99, 3]], dtype):
        wrong = out_of_range(labels, 3, 99)
        assert type(wrong) is type(labels)
        assert wrong.tolist() == [[False, False], [False, True]]
        assert wrong_values(labels, 3, 99) == [3]


def test_more_classes_than_a_byte_counts():
    for labels in kinds([0, 44, 255], 'uint8'):
        assert wrong_values(labels, 300, 255) == []
    for labels in kinds([299, 300, 255]):
        assert wrong_values(labels, 300, -1) == [300]


def test_negative_labels_are_wrong_unless_ignored():
    for labels in kinds([0, -1, -7]):
        assert wrong_values(labels, 1, 255) == [-7, -1]
        assert wrong_values(labels, 1, -1) == [-7]


def test_ignored_label_may_be_above_or_below_the_classes():
    for labels in kinds([1, 2, 255], 'uint8'):
        assert wrong_values(labels, 2, 2) == [255]
        assert wrong_values(labels, 2, 300) == [2, 255]


def test_where_can_be_asked_without_reading_values():
    labels = torch.zeros(2, 3, device='meta', dtype=torch.long)
    assert out_of_range(labels, 2, 255).shape == (2, 3)


def test_message_names_the_map_the_values_and_the_range():
    message = wrong_values_message(
        [2, 7], label='a.png', image='a.jpg', num_classes=2, ignore_index=255
    )
    assert message.startswith('label a.png (image a.jpg) holds the label(s) [2, 7]; ')
    assert 'allowed are 0 to 1 (num_classes=2, ' in message
    assert 'Set num_classes' in message


def test_message_without_an_image_and_with_many_values():
    message = wrong_values_message(range(2, 20), label='a.png', num_classes=2, ignore_index=9)
    assert message.startswith('label a.png holds the label(s) [2, 3, 4, 5, 6, 7, 8, 9, ...]; ')


def test_message_speaks_of_the_values_in_the_file():
    allowed = dict(num_classes=2, ignore_index=255)
    message = wrong_values_message([2], label='a.png', reduced=True, **allowed)
    assert '[3]; allowed are 1 to 2 ' in message
    allowed.update(ignore_index=100)
    message = wrong_values_message([2, 255], label='a.png', reduced=True, **allowed)
    assert '[3, 0 or 255]; allowed are 1 to 2 ' in message


def test_size_of_the_image_before_or_after_resizing_fits():
    assert sizes_fit((4, 6), (4, 6, 3))
    assert sizes_fit(torch.zeros(4, 6).shape, (8, 12), (4, 6))
    assert not sizes_fit((6, 4), (4, 6))
    assert not sizes_fit((4, 6, 3), (4, 6, 3))


def test_sizes_are_named_with_the_reason():
    names = dict(label='a.png', image='a.jpg')
    assert sizes_message((4, 6), (4, 5, 3), **names).startswith(
        'label a.png has the shape (4, 6), but its image a.jpg is (4, 5) (height, width): both'
    )
    assert 'one channel' in sizes_message((4, 6, 3), (4, 6, 3), **names)


def stored(array, kind='png'):
    buffer = io.BytesIO()
    Image.fromarray(array).save(buffer, kind)
    return buffer.getvalue()


def test_values_that_8_bits_change_are_found_in_the_file():
    assert beyond_a_byte(stored(np.array([[0, 256], [255, 300]], np.uint16))) == [256, 300]
    assert beyond_a_byte(stored(np.array([[-1, 5]], np.int32), 'tiff')) == [-1]
    assert beyond_a_byte(stored(np.array([[0.5, 5]], np.float32), 'tiff')) == [0.5]


def test_values_that_8_bits_hold_are_right_in_every_file():
    assert beyond_a_byte(stored(np.array([[0, 255]], np.uint16))) == []
    assert beyond_a_byte(stored(np.array([[0, 255]], np.uint8))) == []
    assert beyond_a_byte(stored(np.zeros((2, 2, 3), np.uint8))) == []
    assert beyond_a_byte(b'a format of another reader') == []


def test_message_on_wide_maps_names_the_first_values():
    message = beyond_a_byte_message(range(300, 320), label='a.png')
    assert message.startswith('label a.png holds the label(s) [300, 301, ')
    assert ', 307, ...], but' in message
