import cv2
import pytest
from builders.pictures import soft_picture
from builders.tiny_models import save_tiny_model

from mmseg_scr.page import Trial
from mmseg_scr.prediction import Predictor, load_model


@pytest.fixture(scope='session')
def trials(tmp_path_factory):
    """Small models, one that has offsets and one that has none."""
    folder = tmp_path_factory.mktemp('models')
    return {
        head: Trial(Predictor(load_model(*save_tiny_model(folder / head, head))))
        for head in ('SCRHead', 'UPerHead')
    }


@pytest.fixture
def picture_file(tmp_path):
    path = tmp_path / 'street.png'
    cv2.imwrite(str(path), soft_picture(64, 96))
    return path
