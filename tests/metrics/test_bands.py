import numpy as np
import pytest
import torch
from reference.boundary import boundary_band

from mmseg_scr.metrics.bands import innermost_band, near_another_class, within_contour

RANDOM = np.random.default_rng(0)
BLOCKS = np.kron(RANDOM.integers(0, 4, (3, 4)), np.ones((3, 4), int))  # 0 is unknown
NOISE = RANDOM.integers(0, 3, (9, 7))
MAPS = {'blocks': BLOCKS, 'noise': NOISE, 'a row': NOISE[:1], 'one class': np.ones((4, 5), int)}


@pytest.mark.parametrize('dtype', [np.uint8, np.uint16])
@pytest.mark.parametrize('reach', [1, 2, 20])
@pytest.mark.parametrize('name', MAPS)
def test_band_is_that_of_every_pair_of_pixels(name, reach, dtype):
    codes = MAPS[name].astype(dtype)
    expected = boundary_band(torch.from_numpy(codes.astype(int))[None], reach, ignore_index=0)[0]
    assert np.array_equal(near_another_class(codes, reach), expected.numpy())


def test_unknown_pixels_bound_nothing():
    codes = np.array([[1, 1, 0, 1, 1]], np.uint8)
    assert not near_another_class(codes, 2).any()
    assert not near_another_class(np.zeros((3, 3), np.uint8), 1).any()


def test_every_pixel_has_the_number_of_the_smallest_band_that_it_lies_in():
    codes = np.array([[1, 1, 1, 1, 1, 2, 2, 2]], np.uint8)
    assert innermost_band(codes, [1, 3]).tolist() == [[2, 2, 1, 1, 0, 0, 1, 1]]


@pytest.mark.parametrize('rim', [False, True])
def test_contour_is_where_a_mask_ends_and_at_the_rim_if_that_counts(rim):
    codes = np.ones((7, 8), np.uint8)
    codes[:, 4:] = 2
    expected = np.zeros((7, 8), bool)
    expected[:, 3:5] = True
    if rim:
        expected[[0, -1]] = expected[:, [0, -1]] = True
    assert np.array_equal(within_contour(codes, 1, rim=rim), expected)
