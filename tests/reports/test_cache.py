"""Nothing that a prediction depends on may change without another key."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
import torch
from builders.unknown_config import MODULE, write_images

from mmseg_scr.figures import load_models
from mmseg_scr.reports import cache
from mmseg_scr.reports.cache import PredictionCache, data_digest, image_digest, model_settings


def key(model, tmp_path):
    return PredictionCache(tmp_path / 'cache', model).folder.name


def test_the_same_model_has_the_same_key_whatever_it_is_called(load, tmp_path):
    first = load()
    assert key(first, tmp_path) == key(replace(first, title='other'), tmp_path)
    assert key(first, tmp_path) == key(load(), tmp_path)


CHANGES = {
    'weights_sha256': dict(seed=1),
    'config_sha256': dict(test_cfg=dict(mode='slide', crop_size=(32, 32), stride=(16, 16))),
    'classes': dict(classes=('ground', 'sky', 'other')),
}


@pytest.mark.parametrize('name', CHANGES)
def test_other_weights_settings_or_classes_have_another_key(load, tmp_path, name):
    before, after = load(), load('after', **CHANGES[name])
    assert model_settings(before)[name] != model_settings(after)[name]
    assert key(before, tmp_path) != key(after, tmp_path)


def test_another_size_of_the_test_has_another_key(load, tmp_path):
    assert key(load(), tmp_path) != key(load('after', scale=(112, 80)), tmp_path)


def test_another_palette_has_another_key(load):
    model = load()
    before = model_settings(model)['palette']
    model.dataset._metainfo['palette'][0] = [1, 2, 3]
    assert model_settings(model)['palette'] == [[1, 2, 3], *before[1:]]


def test_edited_code_of_the_network_has_another_key(load, tmp_path):
    model = load()
    before = key(model, tmp_path), model_settings(model)['code_sha256']
    next(tmp_path.glob('head_*.py')).write_text(MODULE + '# another line\n')
    after = key(model, tmp_path), model_settings(model)['code_sha256']
    assert before[0] != after[0]
    assert before[1] != after[1]


def test_another_way_of_counting_has_another_key(load, tmp_path, monkeypatch):
    model = load()
    before = key(model, tmp_path)
    monkeypatch.setitem(cache.COUNTING, 'error_width', 4)
    assert key(model, tmp_path) != before
    monkeypatch.undo()
    model.config.test_evaluator = dict(type='IoUMetric', ignore_index=2)
    assert model_settings(model)['counting']['ignore_index'] == 2
    assert key(model, tmp_path) != before


def test_another_version_of_a_package_has_another_key(load, tmp_path, monkeypatch):
    model = load()
    before = key(model, tmp_path)
    monkeypatch.setattr(cache, 'package_versions', lambda: dict(mmseg_scr='0'))
    assert key(model, tmp_path) != before


def test_another_kind_of_device_or_network_has_another_key(load, tmp_path, monkeypatch):
    model = load()
    before = key(model, tmp_path)
    assert model_settings(model)['device'] == 'cpu'
    monkeypatch.setattr(model.network, 'parameters', lambda: iter([torch.empty(0, device='meta')]))
    assert model_settings(model)['device'] == 'meta'
    assert key(model, tmp_path) != before
    assert model_settings(model)['model'] == 'EncoderDecoder'


def test_every_part_of_the_key_has_its_test(load):
    tested = {*CHANGES, 'palette', 'code_sha256', 'counting', 'versions', 'device', 'model'}
    assert {*model_settings(load())} - {'checkpoint'} == tested
    assert model_settings(load())['checkpoint'] is None


def test_another_content_of_an_image_or_label_has_another_key(load, theirs):
    dataset = load().test_set()
    before = [image_digest(dataset, i) for i in range(3)]
    whole = data_digest(dataset, 3)
    assert len(set(before)) == 3
    image = cv2.imread(str(theirs.root / 'images' / 'a.png'))
    image[0, 0] ^= 1
    cv2.imwrite(str(theirs.root / 'images' / 'a.png'), image)
    after = [image_digest(dataset, i) for i in range(3)]
    assert [a == b for a, b in zip(after, before, strict=True)] == [False, True, True]
    cv2.imwrite(str(theirs.root / 'labels' / 'c.png'), np.zeros((40, 56), np.uint8))
    assert image_digest(dataset, 2) != before[2]
    assert data_digest(dataset, 3) != whole


def test_an_image_at_another_place_and_other_labels_have_another_key(load, tmp_path):
    dataset = load().test_set()
    root = write_images(tmp_path / 'elsewhere', ('a',))
    elsewhere = load('moved', root=root).test_set()
    assert image_digest(elsewhere, 0) != image_digest(dataset, 0)
    mapped = image_digest(dataset, 0)
    dataset.label_map = {0: 1}
    dataset._fully_initialized = False
    dataset.full_init()
    assert image_digest(dataset, 0) != mapped


def test_a_drawn_scene_is_known_by_its_address(trained):
    with load_models([trained['uper']], ['uper']) as (model,):
        dataset = model.test_set()
        assert len({image_digest(dataset, i) for i in range(3)}) == 3
        before = image_digest(dataset, 0)
        dataset.seed += 1
        dataset._fully_initialized = False
        dataset.full_init()
        assert image_digest(dataset, 0) != before
