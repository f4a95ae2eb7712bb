from dataclasses import fields

import numpy as np
import pytest
from builders.label_pairs import IGNORE, NUM_CLASSES, golden_pairs

from mmseg_scr.figures.tallies import REACHES
from mmseg_scr.metrics.scores import intersection_over_union
from mmseg_scr.reports.image_result import ImageResult, count_image, read_result, write_result


@pytest.fixture
def result():
    options = dict(num_classes=NUM_CLASSES, ignore_index=IGNORE, seconds=0.25)
    return count_image(*golden_pairs()[1], **options)


def test_counts_are_those_of_the_pixels(result):
    label, prediction = golden_pairs()[1]
    known = label != IGNORE
    for k in range(NUM_CLASSES):
        right = ((label == k) & (prediction == k) & known).sum()
        union = (((label == k) | (prediction == k)) & known).sum()
        assert result.whole[:, k].sum() == union
        if union:
            assert intersection_over_union(result.whole)[k] == right / union
    assert result.bands.shape == (len(REACHES), 3, NUM_CLASSES)
    assert (np.diff(result.bands.sum((1, 2))) >= 0).all()
    assert np.array_equal(result.kinds.sum(0), result.whole.sum(0))


def test_a_result_reads_back_as_it_was(result, tmp_path):
    write_result(tmp_path / 'folder' / 'a.npz', result)
    read = read_result(tmp_path / 'folder' / 'a.npz')
    for field in fields(ImageResult):
        one, other = getattr(read, field.name), getattr(result, field.name)
        assert one.dtype == other.dtype
        assert np.array_equal(one, other)
    assert [path.name for path in (tmp_path / 'folder').iterdir()] == ['a.npz']


def test_a_label_beyond_a_byte_is_kept(result, tmp_path):
    label, prediction = golden_pairs()[0]
    options = dict(num_classes=NUM_CLASSES, ignore_index=-1, seconds=0)
    wide = count_image(np.where(label == IGNORE, -1, label), prediction + 300, **options)
    assert wide.truth.min() == -1
    assert wide.prediction.max() == prediction.max() + 300


@pytest.mark.parametrize('damage', ['cut', 'other', 'absent'])
def test_a_damaged_file_is_no_result(result, tmp_path, damage):
    file = tmp_path / 'a.npz'
    write_result(file, result)
    if damage == 'cut':
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    elif damage == 'other':
        file.write_text('no result')
    else:
        file.unlink()
    assert read_result(file) is None


def test_no_flipped_byte_gives_other_counts(result, tmp_path):
    file = tmp_path / 'a.npz'
    write_result(file, result)
    content = file.read_bytes()
    outcomes = []
    for place in range(0, len(content), 41):
        flipped = bytearray(content)
        flipped[place] ^= 0xFF
        file.write_bytes(flipped)
        read = read_result(file)
        outcomes.append(read is None)
        assert read is None or np.array_equal(read.whole, result.whole)
        assert read is None or np.array_equal(read.prediction, result.prediction)
    assert any(outcomes)


def test_maps_of_other_sizes_are_refused(result):
    options = dict(num_classes=3, ignore_index=255, seconds=0)
    with pytest.raises(ValueError, match='of one size'):
        count_image(result.truth, result.truth[1:], **options)
