import cv2
import numpy as np
import pytest

from mmseg_scr.datasets.scene_drawing import SceneClass, draw_street_scene

CLASSES = len(SceneClass)


@pytest.fixture(scope='module')
def scenes():
    return [draw_street_scene((128, 256), seed=0, index=index) for index in range(40)]


def runs(mask):
    """Lengths of the horizontal runs in a mask (H, W)."""
    steps = np.diff(np.pad(mask, ((0, 0), (1, 1))).astype(int), axis=1)
    return np.argwhere(steps == -1)[:, 1] - np.argwhere(steps == 1)[:, 1]


def contrast(image, label, shift):
    """Mean step of the image across the label's vertical boundaries, moved by ``shift`` pixels."""
    step = np.abs(np.diff(image.astype(int), axis=1)).sum(axis=2)
    boundary = np.roll(label[:, 1:] != label[:, :-1], shift, axis=1)
    return step[boundary].mean()


# Recorded once; opencv's rasteriser may differ by a few pixels between versions.
@pytest.mark.parametrize(
    ('seed', 'index', 'pixels', 'colour'),
    [
        (0, 0, [10387, 2198, 13445, 467, 277, 199, 2867, 341, 706, 1881], [81.36, 72.06, 91.55]),
        (7, 3, [6182, 5975, 8392, 138, 233, 3433, 5427, 98, 765, 2125], [72.44, 68.14, 71.42]),
    ],
)
def test_scene_is_the_same_on_every_machine(seed, index, pixels, colour):
    image, label = draw_street_scene((128, 256), seed=seed, index=index)
    counts = np.bincount(label.ravel(), minlength=CLASSES)
    np.testing.assert_allclose(counts, pixels, rtol=0.02, atol=15)
    np.testing.assert_allclose(image.mean(axis=(0, 1)), colour, atol=1.5)


def test_scene_ignores_and_keeps_the_global_random_state():
    np.random.seed(1)
    before = np.random.get_state()[1].copy()
    first = draw_street_scene((64, 96), seed=2, index=5)
    np.testing.assert_array_equal(np.random.get_state()[1], before)
    np.random.seed(2)
    cv2.setRNGSeed(3)
    draw_street_scene((64, 96), seed=2, index=6)
    for one, other in zip(first, draw_street_scene((64, 96), seed=2, index=5), strict=True):
        np.testing.assert_array_equal(one, other)


def test_seed_and_index_are_not_interchangeable():
    one = draw_street_scene((64, 96), seed=1, index=2)[1]
    other = draw_street_scene((64, 96), seed=2, index=1)[1]
    assert (one != other).mean() > 0.1


@pytest.mark.parametrize('size', [(32, 32), (33, 71), (96, 128), (200, 100), (128, 512)])
def test_any_size_gives_arrays_of_that_size(size):
    image, label = draw_street_scene(size, seed=0, index=1)
    assert image.shape == (*size, 3)
    assert label.shape == size
    assert image.dtype == label.dtype == np.uint8
    assert image.flags.c_contiguous
    assert label.max() < CLASSES


def test_larger_picture_shows_the_same_scene():
    _, small = draw_street_scene((96, 192), seed=0, index=4)
    _, large = draw_street_scene((288, 576), seed=0, index=4)
    assert (large[1::3, 1::3] == small).mean() > 0.97


def test_every_class_is_frequent(scenes):
    counts = np.array([np.bincount(label.ravel(), minlength=CLASSES) for _, label in scenes])
    assert counts.shape == (len(scenes), CLASSES)
    share = counts.sum(axis=0) / counts.sum()
    assert share.min() > 0.003
    assert share.max() < 0.5
    assert (counts > 0).mean(axis=0).min() > 0.3


def test_poles_are_thin(scenes):
    widths = np.concatenate([runs(label == SceneClass.POLE) for _, label in scenes])
    assert np.median(widths) <= 2
    assert (widths <= 3).mean() > 0.8


def test_sky_is_above_the_road_in_every_column(scenes):
    for _, label in scenes:
        road = np.nonzero((label == SceneClass.ROAD).any(axis=1))[0]
        sky = np.nonzero((label == SceneClass.SKY).any(axis=1))[0]
        assert sky.max() <= road.min()
        assert (label[-1] == SceneClass.ROAD).any()


def test_label_lies_on_the_edges_of_the_image(scenes):
    here, left, right = (
        np.mean([contrast(*scene, shift) for scene in scenes]) for shift in (0, -4, 4)
    )
    assert here > 1.3 * left
    assert here > 1.3 * right


def test_red_green_and_blue_are_in_the_order_of_opencv():
    means = [draw_street_scene((64, 128), seed=0, index=index) for index in range(20)]
    sky = np.mean([image[label == SceneClass.SKY].mean(axis=0) for image, label in means], axis=0)
    leaf = [image[label == SceneClass.VEGETATION].mean(axis=0) for image, label in means]
    assert sky[0] > sky[2] + 10  # blue comes first
    assert np.mean(leaf, axis=0).argmax() == 1


def test_colour_alone_does_not_tell_road_from_sidewalk_or_person_from_rider(scenes):
    for one, other in (
        (SceneClass.ROAD, SceneClass.SIDEWALK),
        (SceneClass.PERSON, SceneClass.RIDER),
    ):
        a = np.concatenate([image[label == one] for image, label in scenes]).astype(float)
        b = np.concatenate([image[label == other] for image, label in scenes]).astype(float)
        distance = np.abs(a.mean(axis=0) - b.mean(axis=0))
        assert (distance < a.std(axis=0)).all()
