from collections import OrderedDict

import pytest
import torch
from builders.published import ABOUT, demo_config, publish_demo, save_training
from mmengine.config import Config

from mmseg_scr.runs import publication
from mmseg_scr.runs.publication import About, publish
from mmseg_scr.runs.sample import predict, read_sample, score
from mmseg_scr.weights import build_model, list_weights

NOTHING_ELSE = {'tiny.pth', 'tiny.json'}


def refused(tmp_path, checkpoint, config, match, limit=10):
    """The call is refused, and leaves nothing in its folder."""
    about = About(config='demo.py', **ABOUT)
    with pytest.raises(ValueError, match=match):
        publish(checkpoint, config, tmp_path / 'out', 'tiny', about, limit=limit)
    assert not list((tmp_path / 'out').glob('*'))


@pytest.fixture
def checkpoint(tmp_path):
    return save_training(tmp_path / 'iter_7.pth', demo_config())


def test_two_files_are_written_and_predict_what_the_checkpoint_does(tmp_path):
    done = publish_demo(tmp_path / 'out')
    assert {file.name for file in (tmp_path / 'out').iterdir()} == NOTHING_ELSE
    assert list_weights(tmp_path / 'out') == [done.card]
    assert 0 < done.difference < 0.05 * done.spread
    assert 0.99 < done.agreement <= 1
    assert done.card.versions['torch'] == torch.__version__
    held = torch.load(done.weights, weights_only=True)
    assert set(held) == {'meta', 'state_dict'}
    model = Config.fromstring(held['meta']['cfg'], '.py').model
    assert model == Config.fromfile(demo_config()).model


def test_sample_is_scored_with_the_written_file(tmp_path):
    done = publish_demo(tmp_path / 'out', sample=2)
    model = build_model('tiny', folder=tmp_path / 'out')
    scenes = read_sample(model.cfg.test_dataloader.dataset, 2)
    expected = score(scenes, predict(model, scenes, progress=lambda *_: None, title=''))
    assert done.card.sample == dict(images=2, metrics=expected)
    assert list_weights(tmp_path / 'out') == [done.card]


def test_a_score_that_the_sample_does_not_have_is_left_out(tmp_path, monkeypatch):
    monkeypatch.setattr(publication, 'score', lambda *_: {'mIoU': 50.0, 'boundary': float('nan')})
    done = publish_demo(tmp_path / 'out', sample=1)
    assert done.card.sample == dict(images=1, metrics={'mIoU': 50.0})


def test_what_a_model_draws_in_evaluation_counts_for_no_difference(tmp_path):
    """SegNeXt's head: without seeds two passes disagree at a tenth of the pixels."""
    assert publish_demo(tmp_path / 'out', method='segnext').agreement > 0.99


def test_card_names_the_data_inside_of_wrappers(tmp_path):
    config = tmp_path / 'joined.py'
    config.write_text(
        f'_base_ = {str(demo_config("baseline"))!r}\n'
        "scenes = dict(type='StreetScenesDataset')\n"
        "joined = dict(type='ConcatDataset', datasets=[scenes, scenes, dict(type='Mine')])\n"
        "wrapped = dict(_delete_=True, type='RepeatDataset', times=2, dataset=joined)\n"
        'train_dataloader = dict(dataset=wrapped)\n'
    )
    checkpoint = save_training(tmp_path / 'a.pth', config)
    about = About(config='joined.py', **ABOUT)
    card = publish(checkpoint, config, tmp_path / 'out', 'tiny', about, limit=10).card
    assert card.dataset == 'StreetScenesDataset, Mine'


def test_config_that_names_its_data_by_class_is_published(tmp_path):
    text = Config.fromfile(demo_config('baseline')).pretty_text
    config = tmp_path / 'classes.py'
    config.write_text(
        'from mmseg_scr.datasets import StreetScenesDataset\n'
        + text.replace("type='StreetScenesDataset'", 'type=StreetScenesDataset')
    )
    checkpoint = save_training(tmp_path / 'a.pth', config)
    about = About(config='classes.py', **ABOUT)
    card = publish(checkpoint, config, tmp_path / 'out', 'tiny', about, limit=10).card
    assert card.dataset == 'StreetScenesDataset'


def test_weights_that_a_wrapped_model_saved_are_published_by_their_own_names(tmp_path, checkpoint):
    source = torch.load(checkpoint, weights_only=True)
    wrapped = OrderedDict((f'module.{name}', t) for name, t in source['state_dict'].items())
    torch.save(source | dict(state_dict=wrapped), tmp_path / 'wrapped.pth')
    about = About(config='demo.py', **ABOUT)
    outputs = [
        publish(file, demo_config(), tmp_path / file.stem, 'tiny', about, limit=10)
        for file in (checkpoint, tmp_path / 'wrapped.pth')
    ]
    plain, same = (torch.load(o.weights, weights_only=True)['state_dict'] for o in outputs)
    assert list(plain) == list(same)
    assert all(torch.equal(plain[name], same[name]) for name in plain)


def test_older_files_of_the_name_are_replaced(tmp_path):
    first = publish_demo(tmp_path / 'out', method='baseline')
    second = publish_demo(tmp_path / 'out')
    assert first.card.sha256 != second.card.sha256
    assert list_weights(tmp_path / 'out') == [second.card]


def test_file_over_the_limit_is_refused_with_its_size(tmp_path, checkpoint):
    match = r'would have 1\.7\d MB, more than the limit of 1\.5 MB'
    refused(tmp_path, checkpoint, demo_config(), match, limit=1.5)


def test_checkpoint_of_another_config_is_refused(tmp_path, checkpoint):
    refused(tmp_path, checkpoint, demo_config('baseline'), r"\['decode_head'\] differ")


def test_checkpoint_that_does_not_fill_the_model_is_refused(tmp_path, checkpoint):
    source = torch.load(checkpoint, weights_only=True)
    del source['state_dict']['decode_head.conv_seg.bias']
    torch.save(source, checkpoint)
    refused(tmp_path, checkpoint, demo_config(), 'Missing in the checkpoint: decode_head.conv_seg')


def test_checkpoint_without_meta_is_refused(tmp_path):
    checkpoint = save_training(tmp_path / 'a.pth', demo_config(), meta={})
    refused(tmp_path, checkpoint, demo_config(), 'has no meta of mmengine')
    torch.save(torch.load(checkpoint, weights_only=True)['state_dict'], checkpoint)
    refused(tmp_path, checkpoint, demo_config(), 'has no meta of mmengine')


def test_override_that_no_weight_shows_is_noticed(tmp_path):
    """The same tensors in an attention that leaves the means in are another model."""
    trained = tmp_path / 'trained.py'
    trained.write_text(
        f'_base_ = {str(demo_config())!r}\n'
        "model = dict(decode_head=dict(context=dict(type='CRM', whiten=False)))\n"
    )
    checkpoint = save_training(tmp_path / 'a.pth', trained)
    refused(tmp_path, checkpoint, demo_config(), 'whiten.+write its overrides into a config')


def test_paths_of_a_machine_are_refused_and_variables_stay(tmp_path, checkpoint, monkeypatch):
    monkeypatch.setenv('SCENES', '/somebody/scenes')
    config = tmp_path / 'config.py'
    config.write_text(
        f"_base_ = {str(demo_config())!r}\ndata_root = '{{{{$SCENES:data/scenes}}}}'\n"
    )
    about = About(config='demo.py', **ABOUT)
    publish(checkpoint, config, tmp_path / 'variable', 'tiny', about, limit=10)
    text = torch.load(tmp_path / 'variable/tiny.pth', weights_only=True)['meta']['cfg']
    assert '{{$SCENES:data/scenes}}' in text
    assert 'somebody' not in text
    config.write_text(f"_base_ = {str(demo_config())!r}\ndata_root = '/somebody/scenes'\n")
    refused(tmp_path, checkpoint, config, 'paths of this machine: /somebody/scenes;')
    config.write_text(f"_base_ = {str(demo_config())!r}\ndata_root = 'D:/scenes'\n")
    refused(tmp_path, checkpoint, config, 'paths of this machine: D:/scenes;')
    for own in ('{{$SCENES:/somebody/scenes}}', 'file:///somebody/scenes'):
        config.write_text(f'_base_ = {str(demo_config())!r}\ndata_root = {own!r}\n')
        refused(tmp_path, checkpoint, config, 'paths of this machine: .*/somebody/scenes')


def test_weights_that_half_precision_cannot_tell_apart_are_refused(tmp_path, checkpoint):
    source = torch.load(checkpoint, weights_only=True)
    weights = source['state_dict']
    # Logits that differ by less than half precision resolves beside a large common part.
    weights['decode_head.conv_seg.weight'] *= 1e-9
    weights['decode_head.conv_seg.bias'] = 1000 + 1e-3 * torch.arange(10.0).flip(0) % 7e-3
    torch.save(source, checkpoint)
    refused(tmp_path, checkpoint, demo_config(), 'half precision is not enough')


def test_a_single_logit_is_compared_by_its_threshold(tmp_path):
    config = tmp_path / 'binary.py'
    head = 'num_classes=2, out_channels=1, threshold=0.3, loss_decode=dict(use_sigmoid=True)'
    config.write_text(f'_base_ = {str(demo_config())!r}\nmodel = dict(decode_head=dict({head}))\n')
    checkpoint = save_training(tmp_path / 'a.pth', config)
    source = torch.load(checkpoint, weights_only=True)
    source['state_dict']['decode_head.conv_seg.weight'] *= 1e-9
    # Below the threshold in full precision, above it in half: sigmoid(-0.8473) is 0.3.
    source['state_dict']['decode_head.conv_seg.bias'][:] = -0.84731
    torch.save(source, checkpoint)
    refused(tmp_path, checkpoint, config, 'half precision is not enough')


@pytest.mark.parametrize('name', ['', '../up', 'a b', '.hidden', 'a/b'])
def test_name_that_is_none_for_a_file_is_refused(tmp_path, name):
    about = About(config='demo.py', **ABOUT)
    with pytest.raises(ValueError, match='letters, digits'):
        publish(tmp_path / 'no.pth', demo_config(), tmp_path, name, about, limit=10)
