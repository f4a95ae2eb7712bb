import numpy as np
import pytest

from mmseg_scr.prediction.painting import GAP, Painter

PALETTE = [[255, 0, 0], [0, 0, 200]]
BGR = [(0, 0, 255), (200, 0, 0)]
LABELS = np.array([[0, 1]])
IMAGE = np.full((1, 2, 3), 100, np.uint8)


@pytest.mark.parametrize('dtype', [np.uint8, np.uint16])
def test_colours_are_those_of_the_classes(dtype):
    assert [tuple(pixel) for pixel in Painter(PALETTE).colors(LABELS.astype(dtype))[0]] == BGR


def test_many_classes_keep_their_colours():
    palette = [[i % 256, i // 256, 7] for i in range(300)]
    assert tuple(Painter(palette).colors(np.array([[299]], np.uint16))[0, 0]) == (7, 1, 43)


@pytest.mark.parametrize(('opacity', 'pixel'), [(0, 100), (1, 255), (0.2, 131)])
def test_opacity_mixes_image_and_colour(opacity, pixel):
    painted = Painter(PALETTE, opacity).overlay(IMAGE, LABELS.astype(np.uint8))
    assert painted[0, 0, 2] == pixel


def test_side_by_side_is_image_overlay_colours():
    painter = Painter(PALETTE)
    labels = LABELS.astype(np.uint8)
    row = painter.side_by_side(IMAGE, labels)
    assert row.shape == (1, 6 + 2 * GAP, 3)
    np.testing.assert_array_equal(row[:, :2], IMAGE)
    np.testing.assert_array_equal(row[:, 2 + GAP : 4 + GAP], painter.overlay(IMAGE, labels))
    np.testing.assert_array_equal(row[:, 4 + 2 * GAP :], painter.colors(labels))
    assert (row[:, 2 : 2 + GAP] == 255).all()


def test_an_opacity_out_of_range_is_refused():
    with pytest.raises(ValueError, match=r'0 to 1, got 1\.5'):
        Painter(PALETTE, 1.5)
