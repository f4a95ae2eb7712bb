"""What every base of a dataset checks, in training, in tests and under augmentation."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from mmcv.transforms import Compose
from mmengine.config import Config
from mmengine.registry import init_default_scope

import mmseg_scr.datasets

ROOT = Path(__file__).parents[2] / 'configs'
BASES = sorted((ROOT / '_base_' / 'datasets').glob('*.py'))
FROM_FILES = [p for p in BASES if 'street-scenes' not in p.name]
LOADERS = ('Annotations', 'DrawStreetScene')


def each(paths):
    return pytest.mark.parametrize('path', paths, ids=lambda p: p.stem)


def load(path):
    init_default_scope('mmseg')
    return Config.fromfile(path, import_custom_modules=False)


def in_order(pipeline):
    """The steps; of an augmentation, those that every branch goes through."""
    for step in pipeline:
        if step.type == 'TestTimeAug':
            yield from (branch[0] for branch in step.transforms if len(branch) == 1)
        else:
            yield step


def pipelines(config):
    train = config.train_dataloader.dataset
    parts = train.get('datasets', [train])
    yield from (part.pipeline for part in parts)
    yield from (config.val_dataloader.dataset.pipeline, config.test_dataloader.dataset.pipeline)
    yield from (config.test_pipeline, config.tta_pipeline)


@each(BASES)
def test_labels_are_checked_right_after_they_are_loaded(path):
    config = load(path)
    for pipeline in pipelines(config):
        steps = list(in_order(pipeline))
        (loading,) = [i for i, step in enumerate(steps) if step.type.endswith(LOADERS)]
        assert steps[loading + 1].type == 'CheckLabels'
        assert steps[loading + 1].num_classes == config.num_classes


@pytest.fixture
def sample(tmp_path):
    def write(value, reduced):
        label = np.full((24, 32), value, np.uint8)
        cv2.imwrite(str(tmp_path / 'a.png'), label)
        cv2.imwrite(str(tmp_path / 'a.jpg'), np.zeros((24, 32, 3), np.uint8))
        paths = dict(img_path=str(tmp_path / 'a.jpg'), seg_map_path=str(tmp_path / 'a.png'))
        return dict(paths, seg_fields=[], label_map=None, reduce_zero_label=reduced)

    return write


@each([p for p in FROM_FILES if 'tta_pipeline' in p.read_text()])
@pytest.mark.parametrize('name', ['test_pipeline', 'tta_pipeline'])
def test_label_out_of_range_is_refused_in_tests_with_and_without_augmentation(path, name, sample):
    config = load(path)
    reduced = 'ade20k' in path.name
    for step in config[name] if name == 'test_pipeline' else config[name][1].transforms[0]:
        if step.type == 'Resize':  # large, and of no interest here
            step.update(dict(scale=(32, 24)) if 'scale' in step else dict(scale_factor=1.0))
    pipeline = Compose(config[name])
    last = config.num_classes - 1 + reduced
    assert pipeline(sample(last, reduced))['data_samples']
    with pytest.raises(ValueError, match=rf'a\.png .*holds the label\(s\) \[{last + 1}\]'):
        pipeline(sample(last + 1, reduced))


@pytest.mark.parametrize('key', ['val_evaluator', 'test_evaluator', 'class_weight'])
def test_both_sizes_of_the_camvid_study_are_scored_and_weighted_alike(key):
    """A base of both would be the fourth file in a row."""
    names = 'camvid_256x256_study.py', 'camvid_384x384_enlarged.py'
    small, enlarged = (load(ROOT / '_base_' / 'datasets' / name) for name in names)
    assert small[key] == enlarged[key]


assert mmseg_scr.datasets  # imported for its registrations
