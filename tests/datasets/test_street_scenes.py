import pickle
from types import SimpleNamespace

import mmengine
import numpy as np
import pytest
import torch
from mmengine.structures import PixelData
from mmseg.datasets import CityscapesDataset
from mmseg.engine import SegVisualizationHook
from mmseg.evaluation import IoUMetric
from mmseg.registry import DATASETS
from mmseg.visualization import SegLocalVisualizer

from mmseg_scr.datasets.scene_drawing import draw_street_scene

TRAINING = [
    dict(type='DrawStreetScene'),
    dict(type='CheckLabels', num_classes=10),
    dict(type='RandomResize', scale=(96, 48), ratio_range=(0.8, 2.0), keep_ratio=True),
    dict(type='RandomCrop', crop_size=(40, 40), cat_max_ratio=0.75),
    dict(type='RandomFlip', prob=0.5),
    dict(type='PhotoMetricDistortion'),
    dict(type='PackSegInputs'),
]
EVALUATION = [dict(type='DrawStreetScene'), dict(type='PackSegInputs')]


def build(**options):
    defaults = dict(length=4, size=(48, 96), pipeline=[dict(type='DrawStreetScene')])
    return DATASETS.build({'type': 'StreetScenesDataset', **defaults, **options})


def test_ten_classes_wear_the_colours_of_cityscapes():
    meta, cityscapes = build().metainfo, CityscapesDataset.METAINFO
    theirs = dict(zip(cityscapes['classes'], cityscapes['palette'], strict=True))
    theirs['sign'] = theirs['traffic sign']
    assert len(meta['classes']) == 10
    for name, colour in zip(meta['classes'], meta['palette'], strict=True):
        assert colour == theirs[name], name


def test_length_size_and_seed_are_obeyed():
    dataset = build(length=7, size=[32, 50], seed=3)
    assert len(dataset) == 7
    assert dataset[6]['img'].shape == (32, 50, 3)
    assert dataset[6]['ori_shape'] == dataset[6]['img_shape'] == (32, 50)
    assert not np.array_equal(dataset[6]['img'], build(length=7, size=(32, 50), seed=4)[6]['img'])


def test_names_are_unique_and_telling():
    names = [build().get_data_info(index)['img_path'] for index in range(4)]
    assert names[2].endswith('/seed-0/48x96/street_scene_000002.png')
    assert len(set(names)) == 4


def test_scenes_differ_and_stay_the_same():
    dataset = build()
    first, again, other = dataset[0], build()[0], dataset[1]
    np.testing.assert_array_equal(first['img'], again['img'])
    np.testing.assert_array_equal(first['gt_seg_map'], again['gt_seg_map'])
    assert (first['gt_seg_map'] != other['gt_seg_map']).mean() > 0.1


def test_ordinary_loaders_read_the_same_scene():
    loaders = [dict(type='LoadImageFromFile'), dict(type='LoadAnnotations')]
    drawn, loaded = build()[3], build(pipeline=loaders)[3]
    assert drawn.keys() == loaded.keys()
    np.testing.assert_array_equal(drawn['img'], loaded['img'])
    np.testing.assert_array_equal(drawn['gt_seg_map'], loaded['gt_seg_map'])


def test_address_of_a_scene_has_no_text():
    address = build().get_data_info(0)['img_path']
    with pytest.raises(ValueError, match='no text'):
        mmengine.fileio.get_text(address)


def test_choice_of_classes_relabels_the_others_as_ignored():
    chosen = ('car', 'road')
    every, some = build()[0]['gt_seg_map'], build(metainfo=dict(classes=chosen))[0]['gt_seg_map']
    names = build().metainfo['classes']
    expected = np.full_like(every, 255)
    for new, name in enumerate(chosen):
        expected[every == names.index(name)] = new
    np.testing.assert_array_equal(some, expected)


def test_training_pipeline_of_mmseg_follows():
    sample = build(pipeline=TRAINING)[0]
    assert sample['inputs'].shape == (3, 40, 40)
    label = sample['data_samples'].gt_sem_seg.data
    assert label.shape == (1, 40, 40)
    assert set(label.unique().tolist()) <= set(range(10))


def test_test_time_augmentation_keeps_the_label_at_its_size():
    augmentations = [
        [dict(type='Resize', scale_factor=factor, keep_ratio=True) for factor in (0.5, 1.0)],
        [dict(type='LoadAnnotations')],
        [dict(type='PackSegInputs')],
    ]
    loader = dict(type='LoadImageFromFile')
    sample = build(pipeline=[loader, dict(type='TestTimeAug', transforms=augmentations)])[0]
    assert [image.shape for image in sample['inputs']] == [(3, 24, 48), (3, 48, 96)]
    assert {data.gt_sem_seg.shape for data in sample['data_samples']} == {(48, 96)}


def test_perfect_prediction_scores_100_percent():
    dataset = build(pipeline=EVALUATION, test_mode=True)
    metric = IoUMetric(iou_metrics=['mIoU'])
    metric.dataset_meta = dataset.metainfo
    for sample in dataset:
        data = sample['data_samples']
        data.pred_sem_seg = PixelData(data=data.gt_sem_seg.data.clone())
        metric.process({}, [data.to_dict()])
    assert metric.evaluate(len(dataset))['mIoU'] == pytest.approx(100)


def test_visualization_hook_finds_the_image(tmp_path):
    dataset = build(pipeline=EVALUATION, test_mode=True)
    SegLocalVisualizer.get_instance(
        'street_scenes',
        vis_backends=[dict(type='LocalVisBackend')],
        save_dir=str(tmp_path),
    ).dataset_meta = dataset.metainfo
    data = dataset[2]['data_samples']
    data.pred_sem_seg = PixelData(data=torch.zeros_like(data.gt_sem_seg.data))
    hook = SegVisualizationHook(draw=True, interval=1)
    hook.after_test_iter(SimpleNamespace(iter=0), 0, {}, [data])
    written = [path.name for path in tmp_path.rglob('*.png')]
    assert len(written) == 1
    assert written[0].startswith('test_street_scene_000002')


def test_dataset_travels_to_a_worker():
    dataset = build()
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(dataset))[1]['img'], dataset[1]['img'])


@pytest.mark.parametrize(
    ('option', 'value', 'message'),
    [
        ('length', 0, r'length must be a whole number >= 1, got 0'),
        ('length', 2.5, r'length .* got 2\.5'),
        ('length', True, r'length .* got True'),
        ('size', (31, 64), r'H of size must be a whole number >= 32, got 31'),
        ('size', (64, '64'), r"W of size .* got '64'"),
        ('size', 64, r'size must be \(H, W\) in pixels, got 64'),
        ('size', (64, 64, 3), r'size must be \(H, W\)'),
        ('seed', -1, r'seed must be a whole number >= 0, got -1'),
        ('reduce_zero_label', True, r'class 0, which is road'),
    ],
)
def test_senseless_option_is_refused_with_its_value(option, value, message):
    with pytest.raises(ValueError, match=message):
        build(**{option: value})


def test_file_of_another_dataset_is_not_drawn():
    with pytest.raises(ValueError, match=r'a/b\.png is no drawn scene: .* LoadImageFromFile'):
        build().pipeline(dict(img_path='a/b.png', seg_fields=[]))


def test_kept_scenes_are_drawn_once_and_stay_as_they_were(monkeypatch):
    drawn = []

    def draw(size, *, seed, index):
        drawn.append(index)
        return draw_street_scene(size, seed=seed, index=index)

    plain = build()
    expected = [plain[index] for index in range(4)]
    monkeypatch.setattr('mmseg_scr.datasets.street_scenes.draw_street_scene', draw)
    dataset = build(pipeline=[dict(type='DrawStreetScene', keep=3)])
    for _ in range(2):
        for index in range(4):
            sample = dataset[index]
            for key in ('img', 'gt_seg_map'):
                assert np.array_equal(sample[key], expected[index][key])
                sample[key][:] = 0
    assert drawn == [0, 1, 2, 3, 3]


def test_a_negative_number_of_kept_scenes_is_refused():
    with pytest.raises(ValueError, match='got -1'):
        build(pipeline=[dict(type='DrawStreetScene', keep=-1)])
