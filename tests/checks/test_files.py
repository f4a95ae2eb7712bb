import io

import numpy as np
import pytest
from PIL import Image

from mmseg_scr.checks import (
    Folder,
    check_pairs,
    decode,
    missing_files,
    missing_files_message,
    no_samples_message,
)

IMAGES = Folder('image', 'img', '.jpg', ['b.jpg', 'a.jpg', 'town/c.jpg'])


def png(array):
    buffer = io.BytesIO()
    Image.fromarray(array).save(buffer, 'png')
    return buffer.getvalue()


def test_names_are_sorted_relative_and_without_suffix():
    labels = Folder('annotation', 'ann', '_y.png', ['a_y.png', 'b_y.png', 'town/c_y.png'])
    assert check_pairs([IMAGES, labels]) == ['a', 'b', 'town/c']
    assert check_pairs([IMAGES]) == ['a', 'b', 'town/c']


def test_empty_suffix_keeps_the_whole_name():
    assert check_pairs([Folder('image', 'img', '', ['a', 'b'])]) == ['a', 'b']


def test_lacking_partner_is_named_with_its_folder():
    labels = Folder('annotation', 'ann', '.png', ['a.png', 'town/c.png'])
    with pytest.raises(FileNotFoundError, match=r"1 annotation\(s\) missing in 'ann': b\.png"):
        check_pairs([IMAGES, labels])
    assert check_pairs([IMAGES, labels], names=['a\n', '']) == ['a']


@pytest.mark.parametrize(('files', 'message'), [(None, 'does not exist'), ([], r'holds no \*\.x')])
def test_missing_and_empty_folder_are_told_apart(files, message):
    with pytest.raises(FileNotFoundError, match=rf"image folder 'img' {message}.*datasets\.md"):
        check_pairs([Folder('image', 'img', '.x', files)])


def test_values_of_a_file_are_decoded_as_they_are():
    values = np.array([[0, 300], [7, 65535]], np.uint16)
    np.testing.assert_array_equal(decode(png(values), 'a.png'), values)


def test_cut_off_content_is_named():
    with pytest.raises(OSError, match=r'cannot read a\.png: .*restore it'):
        decode(png(np.arange(1200, dtype=np.uint8).reshape(30, 40))[:60], 'a.png')


def test_missing_files_are_found_in_folders_that_exist_or_not(tmp_path):
    (tmp_path / 'a').touch()
    paths = [str(tmp_path / name) for name in ('a', 'b', 'none/c')]
    assert list(missing_files(paths)) == paths[1:]


def test_messages_name_the_first_files_and_the_settings():
    message = missing_files_message(
        list('abcd'), 9, what='images', owner='Streets', settings="data_root='x'"
    )
    assert message.startswith('4 of the 9 images of Streets do not exist, the first ones: a, b, c.')
    assert "data_root='x'; one of these is wrong" in message
    assert no_samples_message('Streets', "img_suffix='.x'").startswith(
        "Streets has no samples. img_suffix='.x'; no image"
    )
