import cv2
import numpy as np
import pytest

from mmseg_scr.visualization.panels import GAP, HEADER, colorize, draw_panels

PALETTE = [(10, 20, 30), (200, 100, 50)]


def test_colorize_paints_classes_and_blackens_ignored_pixels():
    labels = np.array([[0, 1], [255, 1]], np.uint8)
    expected = [[[10, 20, 30], [200, 100, 50]], [[0, 0, 0], [200, 100, 50]]]
    np.testing.assert_array_equal(colorize(labels, PALETTE), expected)


def test_colorize_blackens_what_is_no_class():
    labels = np.array([[1, 2], [-1, 200]])  # of a model with further outputs, of a label map
    expected = [[[200, 100, 50], [0, 0, 0]], [[0, 0, 0], [0, 0, 0]]]
    np.testing.assert_array_equal(colorize(labels, PALETTE), expected)


def test_panels_lie_side_by_side_in_rgb(tmp_path):
    image = np.zeros((5, 40, 3), np.uint8)
    image[..., 0] = 255  # red in RGB
    path = draw_panels(
        tmp_path / 'new' / 'p.png',
        [image, image],
        {'a': [np.zeros((5, 40), int)] * 2, 'b': [np.ones((5, 40), int)] * 2},
        PALETTE,
    )
    picture = cv2.imread(str(path))[..., ::-1]
    assert picture.shape == (HEADER + 2 * 5 + GAP, 3 * 40 + 2 * GAP, 3)
    row = picture[HEADER + 2]
    np.testing.assert_array_equal(row[0], [255, 0, 0])
    np.testing.assert_array_equal(row[40 + GAP], PALETTE[0])
    np.testing.assert_array_equal(row[80 + 2 * GAP], PALETTE[1])
    np.testing.assert_array_equal(row[40], [255, 255, 255])


def test_a_picture_that_cannot_be_written_is_an_error(tmp_path):
    (tmp_path / 'p.png').mkdir()
    with pytest.raises(OSError, match=r'could not write .*p\.png'):
        draw_panels(tmp_path / 'p.png', [np.zeros((5, 40, 3), np.uint8)], {}, PALETTE)


def test_no_image_is_an_error(tmp_path):
    with pytest.raises(ValueError, match='at least one image'):
        draw_panels(tmp_path / 'p.png', [], {}, PALETTE)


def test_a_column_of_another_size_is_named(tmp_path):
    image = np.zeros((5, 40, 3), np.uint8)
    with pytest.raises(ValueError, match=r"'ours'.*\(4, 40\)"):
        draw_panels(tmp_path / 'p.png', [image], {'ours': [np.zeros((4, 40))]}, PALETTE)
    with pytest.raises(ValueError, match="'ours' has 2 maps"):
        draw_panels(tmp_path / 'p.png', [image], {'ours': [np.zeros((5, 40))] * 2}, PALETTE)
