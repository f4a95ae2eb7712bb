import os
from pathlib import Path

import numpy as np
import pytest
from mmseg.registry import DATASETS

LOADING = [
    dict(type='LoadImageFromFile'),
    dict(type='LoadAnnotations'),
    dict(type='CheckLabels', num_classes=11),
]
CLASSES = 'sky, building, pole, road, pavement, tree, sign, fence, car, pedestrian, bicyclist'


def build(root, split='train', **options):
    prefix = dict(img_path=f'images/{split}', seg_map_path=f'annotations/{split}')
    config = dict(type='CamVidDataset', data_root=str(root), data_prefix=prefix, pipeline=LOADING)
    return DATASETS.build({**config, **options})


def test_classes_and_colours_are_those_that_segnet_prints(write_samples):
    meta = build(write_samples()).metainfo
    assert ', '.join(meta['classes']) == CLASSES
    colours = dict(zip(meta['classes'], meta['palette'], strict=True))
    assert colours['road'] == [128, 64, 128]
    assert colours['pavement'] == [60, 40, 222]
    assert colours['bicyclist'] == [0, 128, 192]
    assert len({tuple(colour) for colour in meta['palette']}) == 11


def test_sample_holds_the_image_and_the_label_of_the_same_name(write_samples):
    label = np.arange(24 * 32, dtype=np.uint8).reshape(24, 32) % 11
    dataset = build(write_samples(3, label=label))
    assert len(dataset) == 3
    sample = dataset[1]
    assert Path(sample['img_path']).stem == Path(sample['seg_map_path']).stem == 'frame_1'
    assert sample['img'].shape == (24, 32, 3)
    np.testing.assert_array_equal(sample['gt_seg_map'], label)


def test_missing_annotation_ends_at_construction(write_samples):
    root = write_samples(3)
    (root / 'annotations/train/frame_1.png').unlink()
    with pytest.raises(FileNotFoundError, match=r'1 annotation.*frame_1\.png'):
        build(root)


def test_missing_folder_ends_at_construction(write_samples):
    with pytest.raises(FileNotFoundError, match=r"images/val' does not exist.*data_root"):
        build(write_samples(), split='val')


def test_empty_folder_ends_at_construction(write_samples):
    root = write_samples(0)
    with pytest.raises(FileNotFoundError, match=r"images/train' holds no \*\.jpg file"):
        build(root)


def test_lazy_dataset_is_checked_when_the_runner_initialises_it(write_samples):
    dataset = build(write_samples(), split='val', lazy_init=True)
    with pytest.raises(FileNotFoundError, match='images/val'):
        dataset.full_init()


def test_list_of_names_selects_files_and_is_checked(write_samples):
    root = write_samples(3)
    (root / 'list.txt').write_text('frame_2\n')
    assert len(build(root, ann_file='list.txt')) == 1
    (root / 'list.txt').write_text('frame_7\n')
    with pytest.raises(FileNotFoundError, match=r'frame_7\.jpg'):
        build(root, ann_file='list.txt')


def test_test_set_needs_no_annotations(write_samples):
    root = write_samples(2)
    (root / 'annotations/train/frame_0.png').unlink()
    assert len(build(root, data_prefix=dict(img_path='images/train'), pipeline=[])) == 2


@pytest.mark.parametrize('name', ['images/train/frame_0.jpg', 'annotations/train/frame_0.png'])
@pytest.mark.parametrize('content', [b'', b'no picture'])
def test_damaged_file_is_named_when_its_sample_is_loaded(write_samples, name, content):
    root = write_samples(2)
    dataset = build(root)
    (root / name).write_bytes(content)
    dataset[1]
    with pytest.raises(OSError, match=rf'cannot read .*{Path(name).name}.*restore it'):
        dataset[0]


def test_errors_of_the_pipeline_pass_when_both_files_are_sound(write_samples):
    dataset = build(write_samples(1, label=np.full((24, 32), 40, np.uint8)))
    with pytest.raises(ValueError, match=r'label\(s\) \[40\]'):
        dataset[0]


@pytest.mark.skipif('CAMVID_ROOT' not in os.environ, reason='CAMVID_ROOT names no CamVid folder')
@pytest.mark.parametrize(('split', 'count'), [('train', 367), ('val', 101)])
def test_real_camvid_is_complete_and_within_its_classes(split, count):
    dataset = build(os.environ['CAMVID_ROOT'], split=split)
    assert len(dataset) == count
    pixels = np.zeros(256, np.int64)
    for index in range(0, count, 10):
        sample = dataset[index]
        assert sample['img'].shape == (360, 480, 3)
        pixels += np.bincount(sample['gt_seg_map'].ravel(), minlength=256)
    assert pixels[:11].all()
    assert pixels[11:255].sum() == 0
    names = np.array(dataset.metainfo['classes'])
    # Road and building cover half of every street; a wrong class order would show here.
    assert set(names[pixels[:11].argsort()[-2:]]) == {'road', 'building'}
