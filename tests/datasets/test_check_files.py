import pytest

from mmseg_scr.datasets import check_pairs, check_readable


def pairs(root):
    return check_pairs(str(root / 'images/train'), str(root / 'annotations/train'))


def test_returns_the_sorted_names_of_matching_files(write_samples):
    assert pairs(write_samples(3)) == ['frame_0', 'frame_1', 'frame_2']


def test_names_in_subfolders_keep_the_subfolder(write_samples):
    root = write_samples(1, folder='train/monday')
    assert pairs(root) == ['monday/frame_0']


def test_image_without_annotation_is_named_with_the_folder_to_add_to(write_samples):
    root = write_samples(3)
    (root / 'annotations/train/frame_1.png').unlink()
    message = r"1 annotation\(s\) missing in '.*annotations/train': frame_1\.png\. Add the missing"
    with pytest.raises(FileNotFoundError, match=message):
        pairs(root)


def test_annotation_without_image_is_named_with_the_folder_to_add_to(write_samples):
    root = write_samples(3)
    (root / 'images/train/frame_2.jpg').unlink()
    message = r"1 image\(s\) missing in '.*images/train': frame_2\.jpg"
    with pytest.raises(FileNotFoundError, match=message):
        pairs(root)


def test_both_kinds_of_missing_files_come_in_one_message(write_samples):
    root = write_samples(3)
    (root / 'images/train/frame_2.jpg').unlink()
    (root / 'annotations/train/frame_0.png').unlink()
    with pytest.raises(FileNotFoundError, match=r'frame_2\.jpg; 1 annotation.*frame_0\.png'):
        pairs(root)


def test_many_missing_files_are_counted_and_the_first_three_named(write_samples):
    root = write_samples(6)
    for index in range(5):
        (root / f'annotations/train/frame_{index}.png').unlink()
    with pytest.raises(
        FileNotFoundError, match=r'5 ann.*: frame_0.*, frame_2\.png, \.\.\.'
    ) as info:
        pairs(root)
    assert 'frame_3' not in str(info.value)


def test_missing_folder_is_named(write_samples):
    root = write_samples(1)
    with pytest.raises(FileNotFoundError, match=r"image folder '.*/images/test' does not exist"):
        check_pairs(str(root / 'images/test'), None)


def test_folder_without_files_of_the_suffix_is_named(write_samples):
    root = write_samples(1)
    with pytest.raises(FileNotFoundError, match=r"images/train' holds no \*\.jpeg file"):
        check_pairs(str(root / 'images/train'), None, image_suffix='.jpeg')


def test_only_the_listed_names_are_compared(write_samples):
    root = write_samples(3)
    (root / 'annotations/train/frame_0.png').unlink()
    folders = str(root / 'images/train'), str(root / 'annotations/train')
    assert check_pairs(*folders, names=['frame_2', 'frame_1 ', '']) == ['frame_1', 'frame_2']
    with pytest.raises(FileNotFoundError, match=r'frame_0\.png'):
        check_pairs(*folders, names=['frame_0'])


def test_images_and_labels_may_share_a_folder(write_samples):
    root = write_samples(2)
    for index in range(2):
        label = root / f'annotations/train/frame_{index}.png'
        label.rename(root / f'images/train/frame_{index}.png')
    folder = str(root / 'images/train')
    assert check_pairs(folder, folder) == ['frame_0', 'frame_1']


def test_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(OSError, match=r'cannot read .*lost\.png'):
        check_readable(str(tmp_path / 'lost.png'))


@pytest.mark.parametrize('kept', [0.0, 0.5, 0.98])
@pytest.mark.parametrize('name', ['images/train/frame_0.jpg', 'annotations/train/frame_0.png'])
def test_cut_off_file_is_named(write_samples, name, kept):
    path = write_samples(1, size=(64, 96)) / name
    check_readable(str(path))
    content = path.read_bytes()
    path.write_bytes(content[: int(kept * len(content))])
    with pytest.raises(OSError, match=rf'cannot read .*{path.name}: .* restore it'):
        check_readable(str(path))
