import cv2
import numpy as np
import pytest

from mmseg_scr.prediction.encoding import painted, write_array, write_picture
from mmseg_scr.prediction.painting import Painter
from mmseg_scr.prediction.predictor import Prediction

LABELS = np.array([[0, 1], [1, 1]], np.uint8)
SOFT = np.zeros((2, 2, 2), np.float16)
PREDICTION = Prediction(LABELS, SOFT, '')


@pytest.mark.parametrize('dtype', [np.uint8, np.uint16])
def test_an_index_png_holds_the_classes(tmp_path, dtype):
    labels = (LABELS.astype(int) * (300 if dtype == np.uint16 else 1)).astype(dtype)
    write_array('index', tmp_path / 'x.png', Prediction(labels, None, ''))
    found = cv2.imread(str(tmp_path / 'x.png'), cv2.IMREAD_UNCHANGED)
    np.testing.assert_array_equal(found, labels)
    assert found.dtype == dtype


def test_probabilities_are_an_array_of_numpy(tmp_path):
    write_array('probabilities', tmp_path / 'x.npy', PREDICTION)
    found = np.load(tmp_path / 'x.npy')
    assert (found.shape, found.dtype) == ((2, 2, 2), np.float16)


def test_only_wanted_kinds_are_painted():
    image = np.zeros((2, 2, 3), np.uint8)
    painter = Painter([[1, 2, 3], [4, 5, 6]])
    kinds = dict(painted(['index', 'side-by-side'], painter, image, PREDICTION))
    assert list(kinds) == ['side-by-side']
    assert kinds['side-by-side'].shape[1] > 6


def test_a_size_that_the_format_does_not_have_is_named(tmp_path):
    with pytest.raises(OSError, match=r'70000x1 pixels cannot be written as \.jpg'):
        write_picture(tmp_path / 'x.jpg', np.zeros((1, 70000, 3), np.uint8))
