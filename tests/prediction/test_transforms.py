import numpy as np
import pytest
from builders.tiny_models import PIPELINE
from mmengine.config import Config
from mmengine.registry import init_default_scope

from mmseg_scr.prediction.transforms import picture_pipeline

PICTURE = np.arange(60, dtype=np.uint8).reshape(4, 5, 3)


@pytest.fixture(autouse=True)
def _scope():
    init_default_scope('mmseg')


def test_a_picture_passes_without_labels_and_the_config_stays():
    config = Config(dict(test_pipeline=PIPELINE))
    packed = picture_pipeline(config)(dict(img=PICTURE))
    np.testing.assert_array_equal(packed['inputs'].numpy(), PICTURE.transpose(2, 0, 1))
    assert packed['data_samples'].metainfo['ori_shape'] == (4, 5)
    assert [step['type'] for step in config.test_pipeline] == [step['type'] for step in PIPELINE]


def test_resizing_of_the_config_is_kept():
    resize = dict(type='Resize', scale=(10, 8), keep_ratio=True)
    config = Config(dict(test_pipeline=[PIPELINE[0], resize, *PIPELINE[1:]]))
    assert picture_pipeline(config)(dict(img=PICTURE))['inputs'].shape == (3, 8, 10)


def test_the_pipeline_of_a_wrapped_dataset_is_found():
    dataset = dict(type='RepeatDataset', dataset=dict(type='X', pipeline=PIPELINE))
    config = Config(dict(test_dataloader=dict(dataset=dataset)))
    assert picture_pipeline(config)(dict(img=PICTURE))['inputs'].shape == (3, 4, 5)


def test_what_the_loader_of_the_config_does_to_values_is_done():
    loader = dict(type='mmseg.LoadImageFromFile', to_float32=True, color_type='grayscale')
    packed = picture_pipeline(Config(dict(test_pipeline=[loader, *PIPELINE[1:]])))(
        dict(img=PICTURE)
    )
    assert packed['inputs'].shape == (1, 4, 5)
    assert packed['inputs'].is_floating_point()


def test_a_config_without_a_pipeline_is_refused():
    with pytest.raises(ValueError, match='neither test_pipeline nor test_dataloader'):
        picture_pipeline(Config({}))
