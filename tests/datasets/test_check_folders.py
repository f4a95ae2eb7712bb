import re
from pathlib import Path

import pytest
from mmengine.config import Config
from mmseg.datasets import BaseSegDataset, REFUGEDataset

from mmseg_scr.datasets import check_folders

CONFIGS = Path(__file__).parents[2] / 'configs'
LOADERS = ('train_dataloader', 'val_dataloader', 'test_dataloader')
TRAIN = 'train_dataloader'


def base(name):
    return Config.fromfile(CONFIGS / f'_base_/datasets/{name}.py', import_custom_modules=False)


def loader(root, *, type='BaseSegDataset', **options):
    prefix = dict(img_path='images/train', seg_map_path='annotations/train')
    dataset = dict(type=type, data_root=str(root), data_prefix=prefix, **options)
    return Config(dict(train_dataloader=dict(dataset=dataset)))


@pytest.mark.parametrize(
    ('name', 'folder', 'suffix', 'variable'),
    [
        ('cityscapes_1024x1024', 'leftImg8bit/train', '_leftImg8bit.png', 'CITYSCAPES_ROOT'),
        (
            'cityscapes-trainval_1024x1024',
            'leftImg8bit/train',
            '_leftImg8bit.png',
            'CITYSCAPES_ROOT',
        ),
        ('bdd100k_720x720', 'images/10k/train', '.jpg', 'BDD100K_ROOT'),
        ('ade20k_512x512', 'images/training', '.jpg', 'ADE20K_ROOT'),
        ('camvid_256x256', 'images/train', '.jpg', 'CAMVID_ROOT'),
    ],
)
def test_run_without_data_is_told_where_to_put_it(
    name, folder, suffix, variable, monkeypatch, tmp_path
):
    monkeypatch.setenv(variable, str(tmp_path / 'away'))
    message = (
        rf"image folder '{tmp_path}/away/{folder}' does not exist: set {variable} "
        rf'.*\*{re.escape(suffix)} files.*docs/datasets\.md'
    )
    with pytest.raises(FileNotFoundError, match=message):
        check_folders(base(name), TRAIN)


def test_variable_is_named_where_it_is_not_set(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv('CITYSCAPES_ROOT', raising=False)
    with pytest.raises(FileNotFoundError, match=r"'data/cityscapes/leftImg8bit/val'.*CITYSCAPES_"):
        check_folders(base('cityscapes_1024x1024'), 'val_dataloader')


def test_variable_that_no_longer_counts_is_not_named(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    config = base('cityscapes_1024x1024')
    config.train_dataloader.dataset.data_root = 'elsewhere'
    with pytest.raises(FileNotFoundError, match="'elsewhere/leftImg8bit/train'") as error:
        check_folders(config, TRAIN)
    assert 'CITYSCAPES_ROOT' not in str(error.value)


def test_wrong_suffix_is_named_with_the_folder(write_samples):
    with pytest.raises(FileNotFoundError, match=r"images/train' holds no \*\.tif file.*suffix"):
        check_folders(loader(write_samples(), img_suffix='.tif'), TRAIN)


def test_data_in_its_place_passes(write_samples):
    check_folders(loader(write_samples()), *LOADERS)
    check_folders(loader(write_samples(folder='train/monday')), TRAIN)


def test_second_of_two_joined_datasets_is_looked_at(write_samples):
    config = loader(write_samples())
    good = config.train_dataloader.dataset
    bad = dict(good, img_suffix='.tif')
    joined = dict(type='ConcatDataset', datasets=[good, bad])
    config.train_dataloader.dataset = dict(type='RepeatDataset', times=2, dataset=joined)
    with pytest.raises(FileNotFoundError, match=r'\*\.tif'):
        check_folders(config, TRAIN)


@pytest.mark.parametrize(
    'options',
    [
        dict(ann_file='train.txt'),
        dict(backend_args=dict(backend='petrel')),
        dict(data_root='s3://bucket'),
        dict(data_root=None, data_prefix=dict(img_path='s3://bucket/images')),
        dict(type='ADirectoryOfSomeoneElse'),
        dict(data_prefix=dict(img_path='')),
    ],
    ids=lambda options: next(iter(options)),
)
def test_what_is_no_local_folder_is_left_to_the_run(options, tmp_path):
    config = loader(tmp_path / 'none')
    config.train_dataloader.dataset.update(options)
    check_folders(config, TRAIN)


def test_suffix_that_a_class_sets_by_itself_is_not_guessed(write_samples, tmp_path):
    config = loader(write_samples(), type=REFUGEDataset)
    for image in Path(config.train_dataloader.dataset.data_root).glob('images/train/*.jpg'):
        image.rename(image.with_suffix('.png'))
    check_folders(config, TRAIN)
    with pytest.raises(FileNotFoundError, match=r"/none/images/train' does not exist"):
        check_folders(loader(tmp_path / 'none', type=REFUGEDataset), TRAIN)


def test_dataset_that_finds_its_files_in_its_own_way_is_left_to_the_run(tmp_path):
    class Archive(BaseSegDataset):
        def load_data_list(self):
            return []

    check_folders(loader(tmp_path / 'none', type=Archive), TRAIN)


def test_loader_without_a_dataset_passes():
    check_folders(Config(dict(train_dataloader=None)), *LOADERS)
