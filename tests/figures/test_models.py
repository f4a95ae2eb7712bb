import pytest
import torch
from builders.checkpoints import save_harmful
from builders.trained import write_trained

from mmseg_scr.checks.checkpoints import UnsafeCheckpointError
from mmseg_scr.figures import load_models


def test_weights_are_those_of_the_checkpoint(trained, models):
    state = torch.load(trained['ours'][1], weights_only=True)['state_dict']
    loaded = models['ours'].network.state_dict()
    assert all(torch.equal(loaded[name], tensor) for name, tensor in state.items())
    assert not models['ours'].network.training
    assert models['ours'].classes[0] == 'road'
    assert models['ours'].ignore_index == 255


def test_a_checkpoint_of_another_model_is_refused(trained):
    pair = trained['ours'][0], trained['base'][1]
    message = r'weights\.pth does not fill the model of ours'
    with pytest.raises(ValueError, match=message), load_models([pair], ['ours']):
        pass


def test_a_device_that_is_not_there_is_refused_before_anything_is_read(trained):
    with pytest.raises(ValueError, match="device 'cuda:99' cannot be used here"):
        load_models([trained['ours']], ['ours'], device='cuda:99').__enter__()


def test_a_checkpoint_that_could_run_code_is_refused(trained, tmp_path):
    checkpoint = save_harmful(tmp_path / 'harmful.pth', tmp_path / 'victim')
    pair = trained['ours'][0], checkpoint
    with pytest.raises(UnsafeCheckpointError, match='--trust-checkpoint'):
        load_models([pair], ['ours']).__enter__()
    assert not (tmp_path / 'victim').exists()


def test_models_of_other_classes_are_refused(trained, tmp_path):
    metainfo = "dict(classes=('road', 'sky'), palette=[[0, 0, 0]] * 2)"
    more = f'test_dataloader = dict(dataset=dict(metainfo={metainfo}))'
    pair = write_trained(tmp_path, 'baseline', more=more)
    message = r"a has 10 classes and b 2; class 1 is 'sidewalk' and 'sky': only models of the same"
    with pytest.raises(ValueError, match=message):
        load_models([trained['base'], pair], ['a', 'b']).__enter__()


def test_a_config_without_a_test_set_is_refused(tmp_path):
    pair = write_trained(tmp_path, 'baseline', more='test_dataloader = None')
    with pytest.raises(ValueError, match='a has no test_dataloader'):
        load_models([pair], ['a']).__enter__()


def test_joined_data_sets_are_not_looked_for_before_they_are_needed(tmp_path):
    joined = """
away = dict(type='BaseSegDataset', data_root='/nowhere', data_prefix=dict(img_path='images'))
away.update(metainfo=dict(classes=('a',), palette=[[0, 0, 0]]), pipeline=[])
test_dataloader = dict(dataset=dict(_delete_=True, type='ConcatDataset', datasets=[away] * 2))
"""
    pair = write_trained(tmp_path, 'baseline', more=joined)
    with load_models([pair], ['a']) as (model,):
        assert model.classes == ('a',)
        with pytest.raises(FileNotFoundError, match="'/nowhere/images' does not exist: correct"):
            model.test_set()


def test_a_config_that_leaves_the_scope_open_is_of_mmseg(trained, tmp_path):
    pair = write_trained(tmp_path, 'baseline', more='default_scope = None')
    with load_models([pair], ['a']) as (model,):
        assert model.classes[0] == 'road'


def test_an_address_that_mmengine_reads_is_a_checkpoint(trained, monkeypatch):
    state = torch.load(trained['base'][1], weights_only=True)
    asked = []
    monkeypatch.setattr(
        'mmseg_scr.figures.models.CheckpointLoader.load_checkpoint',
        lambda name, *_, **__: asked.append(name) or state,
    )
    with load_models([(trained['base'][0], 'mmseg_scr://name')], ['base']) as (model,):
        assert model.title == 'base'
    assert asked == ['mmseg_scr://name']
