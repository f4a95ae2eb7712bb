import cv2
import numpy as np
import pytest
from builders.pictures import soft_picture

from mmseg_scr.prediction.layout import KINDS, Layout
from mmseg_scr.prediction.painting import Painter
from mmseg_scr.prediction.picture_result import PictureResult
from mmseg_scr.prediction.predictor import Prediction
from mmseg_scr.prediction.sources import Source

LABELS = np.repeat(np.array([0, 0, 1, 1, 1, 1], np.uint8), 10)[None].repeat(40, 0)
PREDICTION = Prediction(LABELS, np.zeros((2, 40, 60), np.float16), '')


@pytest.fixture
def result(tmp_path):
    layout = Layout(tmp_path, KINDS)
    painter = Painter([[200, 0, 0], [0, 190, 0]], opacity=1)
    return PictureResult(Source('picture', 'x.png', 'sub/x'), layout, painter, ('a', 'b'))


def files(folder):
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob('*') if p.is_file())


def test_all_kinds_appear_at_the_end_and_hold_the_prediction(result, tmp_path):
    result.write(soft_picture(), PREDICTION, None)
    assert all('.draft-' in name for name in files(tmp_path))
    result.commit()
    assert files(tmp_path) == [
        'index/sub/x.png',
        'overlay/sub/x.jpg',
        'probabilities/sub/x.npy',
        'side-by-side/sub/x.jpg',
    ]
    labels = cv2.imread(str(tmp_path / 'index/sub/x.png'), cv2.IMREAD_UNCHANGED)
    np.testing.assert_array_equal(labels, LABELS)
    overlay = cv2.imread(str(tmp_path / 'overlay/sub/x.jpg'))
    assert np.abs(overlay[20, 5].astype(int) - (0, 0, 200)).max() < 5
    assert (result.size, result.frames) == ((40, 60), 1)
    np.testing.assert_allclose(result.shares, [1 / 3, 2 / 3])


def test_a_dropped_result_leaves_nothing(result, tmp_path):
    result.write(soft_picture(), PREDICTION, None)
    result.drop()
    assert files(tmp_path) == []
