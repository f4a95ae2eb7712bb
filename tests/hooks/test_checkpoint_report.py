import logging
from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from mmengine.model import BaseTTAModel
from mmengine.registry import init_default_scope
from mmseg.registry import MODELS
from torch import nn

from mmseg_scr.contexts import CRM
from mmseg_scr.costs.count import count_costs
from mmseg_scr.hooks import CheckpointReportHook
from mmseg_scr.hooks.checkpoint_report import (
    compare_state_dicts,
    describe,
    fill_model,
    training_only_names,
)


@pytest.fixture
def save(tmp_path):
    def save(state_dict):
        path = tmp_path / 'weights.pth'
        torch.save({'meta': {}, 'state_dict': state_dict}, path)
        return str(path)

    return save


def test_names_are_sorted_by_their_fate():
    model = {'a': torch.zeros(1), 'b': torch.zeros(2), 'c': torch.zeros(3)}
    model['bn.num_batches_tracked'] = torch.tensor(0)
    given = {'module.a': torch.zeros(1), 'module.b': torch.zeros(5), 'd': torch.zeros(1)}
    comparison = compare_state_dicts(model, given)
    assert comparison.loaded == ['a']
    assert comparison.mismatched == {'b': ((5,), (2,))}
    assert comparison.missing == ['c']
    assert comparison.unexpected == ['d']


def test_what_only_training_reads_may_be_missing_or_of_another_shape():
    model = {name: torch.zeros(2) for name in 'abc'}
    given = {'a': torch.zeros(2), 'b': torch.zeros(3)}
    comparison = compare_state_dicts(model, given, training_only=['b', 'c'])
    assert comparison.fills_model
    assert not comparison.is_whole
    assert 'only training reads, so a test is the same without them: c, b' in describe(comparison)
    assert not compare_state_dicts(model, given, training_only=['b']).fills_model


@pytest.mark.parametrize('name', ['scr', 'segnext-classifier-contextaware'])
def test_parts_of_a_network_declare_what_a_test_does_not_read(name):
    """Those that costs count as training-only, and what is declared changes no prediction."""
    file = f'configs/demo/{name}_mscan-nano_1xb4-adamw-200_street-scenes-96x192.py'
    init_default_scope('mmseg')
    model = MODELS.build(Config.fromfile(Path(__file__).parents[2] / file).model).eval()
    declared = training_only_names(model)
    sizes = {name: p.numel() for name, p in model.named_parameters()}
    assert sum(sizes[name] for name in declared) == count_costs(model, (64, 96)).training_only > 0
    images = torch.rand(1, 3, 64, 96)
    torch.manual_seed(0)
    before = model(images)
    with torch.no_grad():
        for parameter in map(model.get_parameter, declared):
            parameter.fill_(float('nan'))
    torch.manual_seed(0)
    assert torch.equal(model(images), before)


def test_long_lists_are_cut():
    message = describe(compare_state_dicts({f'w{i}': torch.zeros(1) for i in range(8)}, {}))
    assert '0 tensors loaded, 8 missing' in message
    assert 'w0, w1, w2, w3, w4 and 3 more' in message


def test_whole_checkpoint_is_tested(build_runner, save, segmentor, log):
    trained = segmentor()
    runner = build_runner(CheckpointReportHook(), load_from=save(trained.state_dict()))
    assert runner.test() == {'samples': 2}
    assert 'Checkpoint: 9 tensors loaded, 0 missing, 0 unexpected, 0 of another shape.' in log(
        logging.INFO
    )
    assert torch.equal(runner.model.backbone.weight, trained.backbone.weight)


def test_checkpoint_of_a_parallel_model_is_whole(build_runner, save, segmentor):
    state = {f'module.{name}': tensor for name, tensor in segmentor().state_dict().items()}
    assert build_runner(CheckpointReportHook(), load_from=save(state)).test() == {'samples': 2}


@pytest.mark.parametrize('run', ['val', 'test'])
def test_other_number_of_classes_is_not_tested(build_runner, save, segmentor, run):
    runner = build_runner(CheckpointReportHook(), load_from=save(segmentor(19).state_dict()))
    with pytest.raises(ValueError, match='random weights') as error:
        getattr(runner, run)()
    assert 'trained for 19 classes, the config has 3' in str(error.value)
    assert 'set model.decode_head.num_classes=19' in str(error.value)


def test_missing_head_is_not_tested(build_runner, save, segmentor):
    state = {k: v for k, v in segmentor().state_dict().items() if 'decode_head' not in k}
    runner = build_runner(CheckpointReportHook(), load_from=save(state))
    with pytest.raises(ValueError, match=r'Missing in the checkpoint: decode_head\.norm\.weight'):
        runner.test()


def test_checkpoint_is_compared_with_the_model_inside_of_test_time_augmentation(
    build_runner, save, segmentor
):
    class Augmented(BaseTTAModel):
        def merge_preds(self, data_samples_list):
            return data_samples_list

    state = {k: v for k, v in segmentor().state_dict().items() if 'conv_seg' not in k}
    runner = build_runner(
        CheckpointReportHook(), model=Augmented(segmentor()), load_from=save(state)
    )
    with pytest.raises(ValueError, match='7 tensors loaded, 2 missing, 0 unexpected'):
        runner.test()


@pytest.mark.parametrize('run', ['val', 'test'])
def test_checkpoint_without_training_only_weights_is_tested_with_a_word(
    build_runner, save, segmentor, log, run
):
    model = segmentor()
    model.auxiliary_head = torch.nn.Conv2d(1, 1, 1)
    model.decode_head.norm.training_only = ('weight_of_training',)
    model.decode_head.norm.weight_of_training = torch.nn.Linear(1, 1)
    runner = build_runner(
        CheckpointReportHook(), model=model, load_from=save(segmentor().state_dict())
    )
    assert getattr(runner, run)() == {'samples': 2}
    text = log(logging.WARNING)
    assert '4 missing' in text
    assert 'decode_head.norm.weight_of_training.bias' in text.splitlines()[-1]
    assert 'auxiliary_head.weight' in text.splitlines()[-1]


def test_fine_tuning_with_other_classes_warns_and_trains(build_runner, save, segmentor, log):
    runner = build_runner(CheckpointReportHook(), load_from=save(segmentor(19).state_dict()))
    runner.train()
    assert runner.iter == 2
    assert 'decode_head.conv_seg.weight (19, 2, 1, 1) -> (3, 2, 1, 1)' in log(logging.WARNING)


def test_surplus_weights_warn_and_are_tested(build_runner, save, segmentor, log):
    state = {**segmentor().state_dict(), 'auxiliary_head.conv_seg.bias': torch.zeros(3)}
    assert build_runner(CheckpointReportHook(), load_from=save(state)).test() == {'samples': 2}
    assert 'Unknown to the model: auxiliary_head.conv_seg.bias' in log(logging.WARNING)


def test_resumed_run_of_the_same_model_is_whole(build_runner, log):
    build_runner(CheckpointReportHook()).train()
    build_runner(CheckpointReportHook(), resume=True).train()
    assert '9 tensors loaded, 0 missing' in log(logging.INFO)


def test_a_model_is_filled_from_what_a_wrapped_one_saved():
    saved = nn.ModuleDict(dict(module=nn.Linear(2, 3))).state_dict()
    model = nn.Linear(2, 3)
    assert fill_model(model, saved).is_whole
    assert torch.equal(model.weight, saved['module.weight'])


def test_a_model_that_would_be_filled_in_part_stays_as_it_is():
    model = nn.Linear(2, 3)
    before = model.weight.detach().clone()
    comparison = fill_model(model, {'weight': torch.ones(3, 2)})
    assert (comparison.fills_model, comparison.missing) == (False, ['bias'])
    assert torch.equal(model.weight, before)


@pytest.mark.parametrize('wrapper', ['context', 'module'])
def test_a_part_may_refuse_weights_of_an_earlier_version(wrapper):
    """Their keys fit: only the version tells that another similarity was meant."""
    forms = [dict(similarity='dot', factor_norm=False), {}]
    old, new = (CRM([4, 8], 6, stage_norm=False, norm_cfg=dict(type='BN'), **f) for f in forms)
    saved = nn.ModuleDict({wrapper: old}).state_dict()
    saved._metadata[wrapper]['version'] = 1
    model = new if wrapper == 'module' else nn.ModuleDict({wrapper: new})
    assert fill_model(model, nn.ModuleDict({wrapper: new}).state_dict()).is_whole
    with pytest.raises(ValueError, match='belong to another form of CRM'):
        fill_model(model, saved)
