from copy import deepcopy

import pytest
from mmengine.config import Config, ConfigDict
from mmseg.datasets import BaseSegDataset
from mmseg.datasets.transforms import LoadAnnotations

from mmseg_scr.datasets.configured import (
    dataset_types,
    datasets_of,
    first_dataset,
    lazy,
    type_name,
    without_labels,
)

LEAVES = [ConfigDict(type='A', data_root=root) for root in 'abc']
JOINED = ConfigDict(
    type='RepeatDataset',
    dataset=dict(type='ConcatDataset', datasets=[LEAVES[0], dict(dataset=LEAVES[1:])]),
)


def test_datasets_are_found_inside_of_wrappers_in_their_order():
    assert list(datasets_of(JOINED)) == LEAVES
    assert list(datasets_of(LEAVES[0])) == LEAVES[:1]
    named = ConfigDict(type='A', dataset='train')
    assert list(datasets_of(named)) == [named]


@pytest.mark.parametrize('dataset', [None, object(), []])
def test_what_is_no_config_has_none(dataset):
    assert list(datasets_of(dataset)) == []


def test_types_of_datasets_are_named_once():
    other = ConfigDict(type='mmseg.B')
    assert dataset_types(ConfigDict(type='ConcatDataset', datasets=[JOINED, other])) == ['A', 'B']


def test_lazily_nothing_is_looked_for_and_the_config_stays():
    before = deepcopy(JOINED)
    copy = lazy(JOINED)
    assert copy.lazy_init
    assert copy.dataset.lazy_init
    assert [leaf.pop('lazy_init') for leaf in datasets_of(copy)] == [True] * 3
    assert list(datasets_of(copy)) == LEAVES
    assert before == JOINED


def test_the_first_dataset_is_that_of_the_named_loader():
    config = Config(dict(val_dataloader=dict(dataset=JOINED), test_dataloader=None))
    assert first_dataset(config, 'val_dataloader') == LEAVES[0]
    assert first_dataset(config) == {}
    assert first_dataset(config, 'train_dataloader') == {}


@pytest.mark.parametrize(
    ('kind', 'name'),
    [('A', 'A'), ('mmseg.A', 'A'), ('a.b.C', 'C'), (BaseSegDataset, 'BaseSegDataset')],
)
def test_a_type_is_named_without_its_scope(kind, name):
    assert type_name(dict(type=kind)) == name


def test_steps_that_load_labels_are_left_out_however_they_are_named():
    loaders = ['LoadAnnotations', 'mmseg.LoadAnnotations', LoadAnnotations, 'LoadNamedAnnotations']
    steps = [dict(type='Resize', scale=(4, 4)), dict(type='PackSegInputs')]
    mixed = [steps[0], *(dict(type=kind) for kind in loaders), steps[1]]
    assert without_labels(mixed) == steps
