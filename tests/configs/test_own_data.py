"""The config to copy for own images trains, tests and refuses wrong labels as it stands."""

import re
from pathlib import Path

import cv2
import numpy as np
import pytest
from mmcv.transforms import Compose
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmengine.runner import Runner
from mmseg.registry import MODELS

import mmseg_scr.datasets

FOLDER = Path(__file__).parents[2] / 'configs' / 'own_data'
(CONFIG,) = FOLDER.glob('scr_*_own-*.py')
CLASSES = ('field', 'road', 'house')
SIZES = [('scale = (1024, 512)', 'scale = (160, 80)'), ('(512, 512)', '(64, 64)')]
SMALL = {
    'model.backbone.init_cfg': None,
    'model.backbone.depths': [1, 1, 1, 1],
    'model.backbone.embed_dims': [8, 16, 24, 32],
    'model.decode_head.in_channels': [8, 16, 24, 32],
    'model.decode_head.channels': 16,
    'model.auxiliary_head.in_channels': 24,
    'train_dataloader.batch_size': 2,
    'train_dataloader.num_workers': 0,
    'train_dataloader.persistent_workers': False,
    'val_dataloader.num_workers': 0,
    'val_dataloader.persistent_workers': False,
    'test_dataloader.num_workers': 0,
    'test_dataloader.persistent_workers': False,
    'train_cfg.max_iters': 2,
    'train_cfg.val_interval': 2,
    'default_hooks.checkpoint.interval': 2,
}


def write_images(root, value=None):
    for split in ('train', 'val'):
        for kind in ('images', 'annotations'):
            (root / kind / split).mkdir(parents=True, exist_ok=True)
        for i in range(2):
            label = np.arange(60 * 80).reshape(60, 80) // 1600 if value is None else value
            label = np.broadcast_to(label, (60, 80)).astype(np.uint8)
            image = np.stack([label * 80] * 3, axis=2)
            cv2.imwrite(str(root / 'images' / split / f'{i}.jpg'), image)
            cv2.imwrite(str(root / 'annotations' / split / f'{i}.png'), label)


@pytest.fixture
def own(tmp_path, monkeypatch):
    """Read the config, small, with another text in places, for made images in OWN_DATA_ROOT."""

    def read(replaced=()):
        text = CONFIG.read_text().replace("'../", f"'{FOLDER.parent}/")
        for old, new in (*SIZES, *replaced):
            assert text.count(old) == 1
            text = text.replace(old, new)
        copied = tmp_path / 'mine.py'
        copied.write_text(text)
        config = Config.fromfile(copied)
        config.merge_from_dict(SMALL)
        config.work_dir = str(tmp_path / 'work')
        return config

    monkeypatch.setenv('OWN_DATA_ROOT', str(tmp_path / 'data'))
    init_default_scope('mmseg')
    return read


def test_made_images_are_trained_validated_and_tested_under_augmentation(own, tmp_path):
    write_images(tmp_path / 'data')
    config = own()
    config.experiment_name = 'own-train'
    runner = Runner.from_cfg(config)
    runner.train()
    assert runner.iter == 2
    assert {'decode.loss_contrast', 'aux.loss_ce'} <= {
        name.removeprefix('train/') for name in runner.message_hub.log_scalars
    }
    config = own()
    config.experiment_name = 'own-test'
    config.load_from = str(tmp_path / 'work' / 'iter_2.pth')
    config.test_dataloader.dataset.pipeline = config.tta_pipeline
    config.model = dict(**config.tta_model, module=config.model)
    metrics = Runner.from_cfg(config).test()
    assert 0 <= metrics['mIoU'] <= 100


@pytest.mark.parametrize('name', ['train_pipeline', 'test_pipeline', 'tta_pipeline'])
def test_label_beyond_the_classes_is_refused_by_every_pipeline(own, tmp_path, name):
    write_images(tmp_path / 'data', value=3)
    sample = dict(
        img_path=str(tmp_path / 'data/images/val/0.jpg'),
        seg_map_path=str(tmp_path / 'data/annotations/val/0.png'),
        seg_fields=[],
        label_map=None,
        reduce_zero_label=False,
    )
    with pytest.raises(ValueError, match=r'holds the label\(s\) \[3\]; allowed are 0 to 2'):
        Compose(own()[name])(sample)


def test_first_block_decides_on_classes_and_sizes_everywhere(own):
    config = own([("('field', 'road', 'house')", "('field', 'road')"), (', [70, 70, 70]', '')])
    assert config.model.decode_head.num_classes == 2
    assert config.model.auxiliary_head.num_classes == 2
    assert config.model.data_preprocessor.size == (64, 64)
    assert 'num_classes=3' not in str(config.pretty_text)
    checks = re.findall(r"num_classes=(\d+), type='CheckLabels'", config.pretty_text)
    assert set(checks) == {'2'}
    for loader in (config.train_dataloader, config.val_dataloader, config.test_dataloader):
        assert loader.dataset.metainfo.classes == ('field', 'road')
        assert loader.dataset.metainfo.palette == [[0, 128, 0], [128, 64, 128]]


def test_network_is_that_of_the_method_but_for_the_auxiliary_head(own):
    config = Config.fromfile(CONFIG)
    config.model.backbone.init_cfg = None
    model = MODELS.build(config.model)
    assert type(model.decode_head).__name__ == 'SCRHead'
    assert {model.decode_head.num_classes, model.auxiliary_head.num_classes} == {len(CLASSES)}


assert mmseg_scr.datasets  # imported for its registrations
