import os
from types import SimpleNamespace

import pytest
from mmengine.dataset import BaseDataset, ConcatDataset, RepeatDataset
from mmengine.hooks import Hook
from mmseg.datasets import BaseSegDataset, MultiImageMixDataset
from torch.utils.data import Subset

from mmseg_scr.datasets import LoadNamedAnnotations
from mmseg_scr.hooks import DataCheckHook
from mmseg_scr.hooks.data_check import check_dataset

CLASSES = {'classes': ('road', 'sky'), 'palette': [[0, 0, 0], [9, 9, 9]]}
LABELS = [{'type': 'mmseg.LoadAnnotations'}]


@pytest.fixture
def folder(tmp_path):
    for name in ('a', 'b'):
        for kind, suffix in (('img', '.jpg'), ('ann', '.png')):
            (tmp_path / kind / 'town').mkdir(parents=True, exist_ok=True)
            (tmp_path / kind / 'town' / (name + suffix)).touch()
    return tmp_path


def build(folder, pipeline=LABELS, **options):
    prefix = {'img_path': 'img', 'seg_map_path': 'ann'}
    settings = {'data_root': str(folder), 'data_prefix': prefix, 'metainfo': CLASSES, **options}
    return BaseSegDataset(pipeline=pipeline, **settings)


def test_whole_dataset_passes(folder):
    check_dataset(build(folder))


def test_missing_label_map_is_named_with_count_and_suffix(folder):
    dataset = build(folder, seg_map_suffix='_labelTrainIds.png')
    with pytest.raises(FileNotFoundError) as error:
        check_dataset(dataset)
    message = str(error.value)
    assert '2 of the 2 label maps of BaseSegDataset do not exist' in message
    assert str(folder / 'ann' / 'town' / 'a_labelTrainIds.png') in message
    assert "seg_map_suffix='_labelTrainIds.png'" in message


def test_training_without_validation_checks_what_it_trains_on(folder):
    (folder / 'ann' / 'town' / 'b.png').unlink()
    loader = SimpleNamespace(dataset=build(folder))
    with pytest.raises(FileNotFoundError, match='1 of the 2 label maps'):
        DataCheckHook().before_train(SimpleNamespace(train_dataloader=loader, val_loop=None))
    (folder / 'ann' / 'town' / 'b.png').touch()
    DataCheckHook().before_train(SimpleNamespace(train_dataloader=loader, val_loop=None))


def test_only_what_is_missing_is_counted(folder):
    (folder / 'ann' / 'town' / 'b.png').unlink()
    with pytest.raises(FileNotFoundError, match=r'1 of the 2 label maps .*b\.png'):
        check_dataset(build(folder))


def test_missing_image_of_a_name_list(folder):
    (folder / 'train.txt').write_text('town/a\ntown/c\n')
    dataset = build(folder, ann_file='train.txt')
    with pytest.raises(FileNotFoundError, match=r'1 of the 2 images .*c\.jpg'):
        check_dataset(dataset)


def test_label_maps_that_nobody_loads_may_be_missing(folder):
    check_dataset(build(folder, pipeline=[], seg_map_suffix='_none.png'))


def test_empty_dataset_names_folder_and_suffix(folder):
    dataset = build(folder, img_suffix='.tif', serialize_data=False)
    with pytest.raises(ValueError, match='BaseSegDataset has no samples') as error:
        check_dataset(dataset)
    assert str(folder / 'img') in str(error.value)
    assert "img_suffix='.tif'" in str(error.value)


@pytest.mark.parametrize(
    'wrap',
    [
        lambda good, bad: ConcatDataset([good, bad]),
        lambda good, bad: RepeatDataset(bad, times=3),
        lambda good, bad: MultiImageMixDataset(ConcatDataset([good, bad]), []),
        lambda good, bad: Subset(ConcatDataset([good, bad]), [0]),
    ],
    ids=['concatenated', 'repeated', 'mixed', 'subset'],
)
def test_wrappers_are_looked_through(folder, wrap):
    bad = build(folder, seg_map_suffix='_none.png')
    with pytest.raises(FileNotFoundError, match='label maps'):
        check_dataset(wrap(build(folder), bad))


UNLABELLED = {'img_path': 'img'}
LENIENT = [{'type': LoadNamedAnnotations}]


@pytest.mark.parametrize('training', [True, False])
def test_labels_that_mmseg_would_look_for_in_vain_are_said_to_be_missing(folder, training):
    dataset = build(folder, data_prefix=UNLABELLED)
    with pytest.raises(KeyError, match='seg_map_path'):
        dataset[0]
    with pytest.raises(ValueError, match='BaseSegDataset has no label map for any') as error:
        check_dataset(dataset, training=training)
    assert "data_prefix={'img_path': " in str(error.value)
    assert "name their folder as data_prefix['seg_map_path']" in str(error.value)


def test_a_loader_that_does_without_labels_needs_them_in_training_alone(folder):
    dataset = build(folder, LENIENT, data_prefix=UNLABELLED)
    check_dataset(dataset)
    loader = SimpleNamespace(dataset=dataset)
    with pytest.raises(ValueError, match='no label map for any image'):
        DataCheckHook().before_train(SimpleNamespace(train_dataloader=loader, val_loop=None))


def test_annotations_of_other_packages_need_no_label_maps(folder):
    class LoadAnnotations:  # boxes, say
        def __call__(self, results):
            return results

    check_dataset(build(folder, [LoadAnnotations()], data_prefix=UNLABELLED), training=True)


def test_remote_files_are_not_looked_for(folder):
    remote = build(folder)
    remote.backend_args = {'backend': 'petrel'}
    (folder / 'ann' / 'town' / 'a.png').unlink()
    check_dataset(remote)


def test_large_folder_is_listed_once(folder, monkeypatch):
    dataset = build(folder)
    calls = []
    scandir = os.scandir
    monkeypatch.setattr('os.scandir', lambda path: calls.append(path) or scandir(path))
    check_dataset(dataset)
    assert len(calls) == 2


class _Listed(BaseDataset):
    """Samples as they are given."""

    def __init__(self, samples, **options):
        self.samples = samples
        super().__init__(**options)

    def load_data_list(self):
        return self.samples


def test_samples_may_have_several_images(folder):
    a, b, gone = (str(folder / 'img/town' / name) for name in ('a.jpg', 'b.jpg', 'gone.jpg'))
    check_dataset(_Listed([dict(img_path=[a, b]), dict(img_path=a, img_path2=b)]))
    for sample in (dict(img_path=[a, gone]), dict(img_path=a, img_path2=gone)):
        with pytest.raises(FileNotFoundError, match=r'1 of the 3 images .*gone\.jpg'):
            check_dataset(_Listed([sample, dict(img_path=b, seg_map_path=None)]))


def test_link_to_a_file_that_is_gone_is_missing(folder):
    label = folder / 'ann/town/a.png'
    label.rename(folder / 'kept.png')
    label.symlink_to(folder / 'kept.png')
    check_dataset(build(folder))
    (folder / 'kept.png').unlink()
    with pytest.raises(FileNotFoundError, match=r'1 of the 2 label maps .*a\.png'):
        check_dataset(build(folder))


@pytest.mark.parametrize('name', ['town', ['town', 'village'], None])
def test_attribute_of_the_name_dataset_need_not_hold_one(folder, name):
    dataset = build(folder)
    dataset.dataset = name
    check_dataset(dataset)
    (folder / 'ann/town/a.png').unlink()
    with pytest.raises(FileNotFoundError, match='1 of the 2 label maps'):
        check_dataset(dataset)


@pytest.mark.parametrize('serialize', [True, False])
def test_both_ways_of_keeping_samples_are_read(folder, serialize):
    dataset = build(folder, serialize_data=serialize)
    (folder / 'ann/town/a.png').unlink()
    with pytest.raises(FileNotFoundError, match='1 of the 2 label maps'):
        check_dataset(dataset)


def test_samples_are_not_copied_where_they_lie_in_memory(folder, monkeypatch):
    dataset = build(folder, serialize_data=False)
    monkeypatch.setattr('copy.deepcopy', lambda *_: pytest.fail('a sample was copied'))
    check_dataset(dataset)


def test_label_maps_that_test_time_augmentation_loads_are_looked_for(folder):
    flips = [{'type': 'mmseg.RandomFlip', 'prob': prob} for prob in (0.0, 1.0)]
    augmented = {'type': 'TestTimeAug', 'transforms': [flips, LABELS]}
    dataset = build(folder, pipeline=[augmented], seg_map_suffix='_none.png')
    with pytest.raises(FileNotFoundError, match='2 of the 2 label maps'):
        check_dataset(dataset)


def test_run_on_made_samples_is_left_alone(build_runner):
    runner = build_runner(DataCheckHook())
    runner.train()
    assert runner.iter == 2


def test_empty_training_set_ends_the_run_before_the_sampler_waits(build_runner, folder):
    empty = build(folder, img_suffix='.tif', serialize_data=False)
    with pytest.raises(ValueError, match='has no samples'):
        build_runner(DataCheckHook(), train=empty).train()


class _Iterations(Hook):
    def __init__(self):
        self.count = 0

    def after_train_iter(self, runner, batch_idx, data_batch=None, outputs=None):
        self.count += 1


def test_broken_validation_set_ends_the_run_before_training(build_runner, folder):
    iterations = _Iterations()
    broken = build(folder, seg_map_suffix='_none.png')
    with pytest.raises(FileNotFoundError, match='label maps'):
        build_runner(DataCheckHook(), iterations, val=broken).train()
    assert iterations.count == 0


@pytest.mark.parametrize('run', ['val', 'test'])
def test_runs_without_training_are_checked(build_runner, folder, run):
    broken = build(folder, seg_map_suffix='_none.png')
    runner = build_runner(DataCheckHook(), val=broken)
    with pytest.raises(FileNotFoundError, match='label maps'):
        getattr(runner, run)()
