import cv2
import numpy as np
import pytest
import torch
from builders.trained import WIDTHS, write_trained
from mmengine.dataset import pseudo_collate

from mmseg_scr.figures import load_models
from mmseg_scr.figures.of_scenes import improvements
from mmseg_scr.figures.scenes import each_scene
from mmseg_scr.runs.sample import predict, read_sample

TWO_CLASSES = "test_dataloader['dataset'].update(metainfo=dict(classes=('road', 'sky')))"


def scenes(models, sources):
    return list(each_scene(models, sources, lambda *_: None, 'test'))


def test_a_scene_has_the_image_its_labels_and_the_prediction_of_each_model(models):
    pair = [models['base'], models['ours']]
    first, last = scenes(pair, [0, 2])
    assert (first.name, last.name) == ('street_scene_000000', 'street_scene_000002')
    sample = pair[0].dataset[0]
    assert np.array_equal(first.image, sample['inputs'].numpy().transpose(1, 2, 0)[..., ::-1])
    assert np.array_equal(first.truth, sample['data_samples'].gt_sem_seg.data[0].numpy())
    with torch.no_grad():
        (expected,) = pair[1].network.test_step(pseudo_collate([sample]))
    assert np.array_equal(first.predictions['ours'], expected.pred_sem_seg.data[0].numpy())
    assert list(first.predictions) == ['base', 'ours']


def test_a_head_with_one_output_is_drawn_as_any_other(tmp_path):
    loss = "dict(type='CrossEntropyLoss', use_sigmoid=True)"
    head = f'{WIDTHS}, num_classes=2, out_channels=1, threshold=0.5, loss_decode={loss}'
    pairs = [
        write_trained(tmp_path / name, 'scr', seed=seed, head=head, more=TWO_CLASSES)
        for seed, name in enumerate('ab')
    ]
    with load_models(pairs, ['a', 'b']) as models:
        found = scenes(models, [0])
        assert set(np.unique(found[0].predictions['a'])) <= {0, 1}
        assert improvements(found, models[0], width=6).axes


def test_what_draws_random_numbers_predicts_as_in_a_test(tmp_path):
    pair = write_trained(
        tmp_path / 'a', 'segnext', head='in_channels=[16, 24, 32], ham_channels=32, channels=32'
    )
    with load_models([pair], ['a']) as (model,):
        first, again, *_ = (scenes([model], [0, 1, 2]) for _ in range(2))
        settings = model.config.test_dataloader.dataset
        sample = read_sample(settings)
        tested = predict(model.network, sample, progress=lambda *_: None, title='')
    for one, other, expected in zip(first, again, tested, strict=True):
        assert np.array_equal(one.predictions['a'], other.predictions['a'])
        assert np.array_equal(one.predictions['a'], expected)
    assert len(np.unique(expected)) > 1


def test_a_file_needs_no_labels(models, tmp_path):
    picture = np.zeros((40, 70, 3), np.uint8)
    picture[..., 2] = 200  # red, OpenCV writes BGR
    cv2.imwrite(str(tmp_path / 'photo.png'), picture)
    (scene,) = scenes([models['uper']], [tmp_path / 'photo.png'])
    assert (scene.name, scene.truth) == ('photo', None)
    assert scene.image[0, 0].tolist() == [200, 0, 0]
    assert scene.predictions['uper'].shape == (40, 70)


def test_a_file_goes_through_the_pipeline_of_joined_data_sets(tmp_path):
    joined = """
inner = [_base_.test_dataloader.dataset] * 2
test_dataloader = dict(dataset=dict(_delete_=True, type='ConcatDataset', datasets=inner))
"""
    cv2.imwrite(str(tmp_path / 'photo.png'), np.zeros((40, 70, 3), np.uint8))
    pair = write_trained(tmp_path / 'a', 'baseline', more=joined)
    with load_models([pair], ['a']) as models:
        (scene,) = scenes(models, [tmp_path / 'photo.png'])
    assert scene.predictions['a'].shape == (40, 70)


def test_what_is_no_image_and_an_index_beyond_the_end_are_named(models, tmp_path):
    (tmp_path / 'broken.png').write_text('no image')
    with pytest.raises(ValueError, match=r'broken\.png cannot be read as an image'):
        scenes([models['uper']], [tmp_path / 'broken.png'])
    with pytest.raises(IndexError, match='image 3 does not exist: the test set of uper has 3'):
        scenes([models['uper']], [3])


def test_progress_is_told_after_every_image(models):
    told = []
    list(each_scene([models['base']], [0, 1], lambda *what: told.append(what), 'counting'))
    assert told == [('counting', 1, 2), ('counting', 2, 2)]
