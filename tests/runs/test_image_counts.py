import json

import numpy as np
import pytest

from mmseg_scr.metrics import ImageTable
from mmseg_scr.runs.image_counts import of_same_images, pack_counts, unpack_counts

TP, FN, FP = np.random.default_rng(0).integers(0, 2_000_000, (3, 2, 4))  # of 2 images, 4 classes
COUNTS = np.stack([TP, FN, FP], axis=1)


def table(images=('a', 'b'), counts=COUNTS):
    regions = np.stack([np.zeros_like(counts), counts], axis=1)
    classes = tuple('wxyz')[: counts.shape[-1]]
    return ImageTable(classes, ('band_w1', 'all'), images, regions)


def test_intersection_and_union_of_the_whole_images_come_back_from_json():
    packed = json.loads(json.dumps(pack_counts(table())))
    np.testing.assert_array_equal(unpack_counts(packed), np.stack([TP, TP + FN + FP], axis=2))


def test_other_images_have_other_names():
    names = [pack_counts(table(images))['names'] for images in (('a', 'b'), ('b', 'a'), ('a', 'b'))]
    assert names[0] == names[2] != names[1]


@pytest.mark.parametrize(
    ('images', 'same'),
    [
        (('/b/data/town/a.png', '/b/data/b.png'), True),
        (('data/town/a.png', 'data/b.png'), True),
        (('town/a.png', 'b.png'), True),
        (('/a/town/b.png', '/a/a.png'), False),
        (('/a/village/a.png', '/a/b.png'), False),
        (('/a/b.png', '/a/town/a.png'), False),
    ],
)
def test_images_are_the_same_wherever_they_lie(images, same):
    first, other = (pack_counts(table(t)) for t in (('/a/town/a.png', '/a/b.png'), images))
    assert of_same_images(first, other) is same
    old = {key: value for key, value in other.items() if key != 'relative'}  # of an older version
    assert not of_same_images(first, old)
    assert of_same_images(old, other)


def test_images_of_other_classes_are_not_the_same():
    first, other = pack_counts(table()), pack_counts(table(counts=COUNTS[..., :3]))
    assert not of_same_images(first, other)


def test_names_of_files_that_are_no_text_have_a_digest_too():
    names = [pack_counts(table(('a', odd)))['names'] for odd in ('\udcfe.png', '\udcff.png')]
    assert names[0] != names[1]


def test_two_hundred_images_take_a_few_kilobytes():
    counts = np.random.default_rng(1).poisson(300, (200, 3, 10))
    counts[:, :, 5:] *= np.random.default_rng(2).random((200, 1, 5)) < 0.3
    packed = pack_counts(table(tuple(map(str, range(200))), counts))
    assert len(json.dumps(packed)) < 7_000
