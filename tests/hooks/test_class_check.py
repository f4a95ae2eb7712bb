import copy

import pytest
import torch
from mmengine.dataset import BaseDataset, RepeatDataset
from mmengine.model import BaseTTAModel
from mmengine.structures import PixelData
from mmseg.models.decode_heads import FCNHead, STDCHead
from mmseg.structures import SegDataSample
from torch import nn

from mmseg_scr.datasets import CheckLabels
from mmseg_scr.decoders import ContextAwareHead
from mmseg_scr.hooks import ClassCheckHook

SIZES = dict(in_channels=2, channels=2, num_convs=0, concat_input=False)


class Labelled(BaseDataset):
    """Four made samples; sample i holds the label ``labels[i]`` everywhere."""

    def __init__(self, labels=(0, 1, 2, 0), classes=('field', 'road', 'house'), **options):
        self.labels = labels
        super().__init__(metainfo=dict(classes=classes), **options)

    def load_data_list(self):
        return [{} for _ in self.labels]

    def __getitem__(self, index):
        sample = SegDataSample()
        sample.gt_sem_seg = PixelData(data=torch.full((1, 2, 2), self.labels[index]))
        return dict(inputs=torch.ones(1, 2, 2), data_samples=sample)


@pytest.fixture
def model(segmentor):
    """A function: a toy with a real head of mmseg."""

    class Toy(segmentor):
        def forward(self, inputs, data_samples=None, mode='tensor'):
            maps = self.backbone(torch.stack(inputs))
            return {'loss': maps.mean()} if mode == 'loss' else list(maps)

    def build(num_classes=3, **parts):
        toy = Toy()
        toy.decode_head = FCNHead(num_classes=num_classes, **SIZES)
        for name, part in parts.items():
            setattr(toy, name, part)
        return toy

    return build


@pytest.fixture
def warnings_of(build_runner, monkeypatch):
    """A function that runs 2 iterations of 2 samples, or another method, and returns warnings."""

    def run(model, train, method='train', **options):
        runner = build_runner(ClassCheckHook(), model=model, train=train, **options)
        said = []
        monkeypatch.setattr(runner.logger, 'warning', said.append)
        getattr(runner, method)()
        return [text for text in said if 'class' in text]

    return run


def test_equal_counts_and_seen_classes_say_nothing(warnings_of, model):
    train = Labelled(pipeline=[CheckLabels(3)])
    assert warnings_of(model(auxiliary_head=FCNHead(num_classes=3, **SIZES)), train) == []


def test_head_of_other_classes_is_named_once_with_both_numbers(warnings_of, model):
    (said,) = warnings_of(model(5), Labelled())
    assert 'Labelled has 3 classes in its metainfo, but decode_head.num_classes=5.' in said
    assert 'set num_classes' in said


def test_auxiliary_wrapped_and_cascaded_heads_are_compared(warnings_of, model):
    head = dict(type='FCNHead', num_classes=4, **SIZES)
    parts = dict(
        decode_head=nn.ModuleList([FCNHead(num_classes=3, **SIZES), ContextAwareHead(head)]),
        auxiliary_head=FCNHead(num_classes=19, **SIZES),
    )
    (said,) = warnings_of(model(**parts), Labelled())
    assert 'but decode_head.1.num_classes=4, auxiliary_head.num_classes=19.' in said


def test_head_with_targets_of_its_own_is_left_alone(warnings_of, model):
    outlines = STDCHead(boundary_threshold=0.1, num_classes=2, **SIZES)
    assert warnings_of(model(auxiliary_head=outlines), Labelled()) == []


def test_check_of_labels_for_other_classes_is_named(warnings_of, model):
    (said,) = warnings_of(model(), Labelled(pipeline=[CheckLabels(19)]))
    assert 'but CheckLabels.num_classes of Labelled=19.' in said


def test_dataset_without_classes_is_not_compared(warnings_of, model):
    assert warnings_of(model(5), Labelled(classes=())) == []


def test_test_run_is_compared_also_under_augmentation(build_runner, model, monkeypatch):
    class Average(BaseTTAModel):
        def merge_preds(self, data_samples_list):
            return []

        def test_step(self, data):
            return [None]

    runner = build_runner(ClassCheckHook(), model=Average(module=model(5)), val=Labelled())
    said = []
    monkeypatch.setattr(runner.logger, 'warning', said.append)
    runner.test()
    assert 'decode_head.num_classes=5' in said[-1]


def test_class_that_never_occurs_is_named_after_one_pass(warnings_of, model):
    (said,) = warnings_of(model(), Labelled((0, 0, 255, 2)))
    assert said.startswith('1 class(es) of Labelled occur in none of the 4 training samples so')
    assert ': road. ' in said


def test_short_training_tells_at_its_end(warnings_of, model):
    (said,) = warnings_of(model(), Labelled((0, 0, 0, 0, 1, 2)))
    assert 'none of the 4 training samples so far: road, house.' in said


def test_wrappers_do_not_prolong_the_watch(warnings_of, model):
    train = RepeatDataset(Labelled((0, 1, 0, 0)), times=1000)
    (said,) = warnings_of(model(), train)
    assert ': house.' in said


def test_negative_and_ignored_labels_are_no_class(warnings_of, model):
    (said,) = warnings_of(model(), Labelled((-1, 1, 255, 2)))
    assert ': field.' in said


def test_watching_ends_when_all_classes_were_seen():
    hook = ClassCheckHook()
    hook.seen, hook.names = torch.zeros(2, dtype=torch.bool), ('a', 'b')
    hook.dataset_size, hook.watching = 100, True
    batch = dict(data_samples=[Labelled((0, 1))[i]['data_samples'] for i in range(2)])
    hook.after_train_iter(None, 0, copy.deepcopy(batch))
    assert not hook.watching
    hook.after_train_iter(None, 1, None)


def test_batches_without_labels_pass(warnings_of, build_runner):
    runner = build_runner(ClassCheckHook())
    runner.train()
    assert runner.iter == 2
