from dataclasses import replace
from pathlib import Path

import pytest
import torch
from mmengine.config import Config

from mmseg_scr.acceleration.inputs import network_size
from mmseg_scr.benchmarks import Comparison, Subject, segmentors
from mmseg_scr.benchmarks.forms import Form
from mmseg_scr.benchmarks.segmentors import build_segmentor, make_contestant, random_features

ROOT = Path(__file__).parents[2]
CONFIG = next((ROOT / 'configs' / 'demo').glob('scr_mscan-nano*-200_*.py'))
PRETRAINED = next((ROOT / 'configs' / 'scr').glob('scr_mscan-t_*cityscapes*.py'))
SUBJECT = Subject('a', CONFIG)


def comparison(**options):
    return Comparison('x', (SUBJECT,), (64, 96), **options)


def test_inference_gives_logits_and_the_decoder_alone_the_same():
    contestant = make_contestant(SUBJECT, comparison(batch=2), 'cpu')
    logits = contestant.run()
    assert logits.shape[0] == 2
    assert not logits.requires_grad
    torch.testing.assert_close(contestant.decoder(), logits)
    assert contestant.eager is contestant.own
    assert not contestant.own.training


def test_decoder_alone_runs_on_random_maps_of_the_shapes_that_it_gets():
    subject = replace(SUBJECT, memory_format='channels_last')
    asked = comparison(quantities=('peak memory of the decoder',))
    contestant = make_contestant(subject, asked, 'cpu')
    contestant.own.backbone.forward = None
    assert contestant.decoder().shape == (1, contestant.own.num_classes, 16, 24)


def test_decoder_of_a_form_that_cannot_be_copied_runs_on_random_maps_too(monkeypatch):
    def change_form(form, model, images, precision):
        model.backbone.forward = Uncopied()
        return Form(model)

    monkeypatch.setattr(segmentors, 'change_form', change_form)
    asked = comparison(quantities=('peak memory of the decoder',))
    contestant = make_contestant(replace(SUBJECT, form='optimized'), asked, 'cpu')
    assert contestant.decoder().shape == (1, contestant.own.num_classes, 16, 24)


class Uncopied:
    def __deepcopy__(self, memo):
        raise TypeError('an optimized model cannot be copied')


def test_random_maps_are_those_of_the_backbone_in_shape_and_layout():
    model = build_segmentor(SUBJECT).eval().to(memory_format=torch.channels_last)
    images = torch.zeros(2, 3, 64, 96).contiguous(memory_format=torch.channels_last)
    with torch.no_grad():
        pairs = list(zip(random_features(model, images), model.extract_feat(images), strict=True))
    assert len(pairs) == 4
    assert all((a.shape, a.stride()) == (b.shape, b.stride()) for a, b in pairs)
    assert all(a.std() > 0.5 for a, _ in pairs)


def test_training_has_all_terms_of_the_loss_and_leaves_no_gradient():
    contestant = make_contestant(SUBJECT, comparison(training=True, batch=2), 'cpu')
    assert contestant.own.training
    loss = contestant.loss()
    assert loss.requires_grad
    contestant.run()
    assert all(p.grad is None for p in contestant.own.parameters())


def test_every_parameter_gets_its_gradient_in_a_step(monkeypatch):
    contestant = make_contestant(SUBJECT, comparison(training=True, batch=2), 'cpu')
    monkeypatch.setattr(contestant.own, 'zero_grad', lambda: None)
    contestant.run()
    assert all(p.grad is not None for p in contestant.own.parameters())


def test_precision_and_memory_format_reach_the_decoder():
    subject = replace(SUBJECT, precision='bf16', memory_format='channels_last')
    contestant = make_contestant(subject, comparison(), 'cpu')
    inputs = []
    hook = contestant.own.backbone.register_forward_pre_hook(lambda m, i: inputs.extend(i))
    assert contestant.run().dtype == torch.bfloat16
    hook.remove()
    assert inputs[0].is_contiguous(memory_format=torch.channels_last)


def test_overrides_change_the_model():
    options = {'model.decode_head.aligner.type': 'Bilinear'}
    model = build_segmentor(replace(SUBJECT, overrides=options))
    assert type(model.decode_head.aligners[0]).__name__ == 'Bilinear'


def test_pretrained_weights_are_not_asked_for():
    thin = {'model.backbone.depths': [1, 1, 1, 1]}
    assert Config.fromfile(PRETRAINED).model.backbone.init_cfg.checkpoint
    assert build_segmentor(Subject('a', PRETRAINED, thin)).backbone.init_cfg is None


def test_a_model_of_windows_is_made_for_the_images_of_the_comparison():
    windows = {'model.test_cfg': dict(mode='slide', crop_size=(32, 32), stride=(16, 16))}
    model = build_segmentor(replace(SUBJECT, overrides=windows))
    assert network_size(model, (64, 96)) == (64, 96)


def test_other_forms_are_not_trained():
    with pytest.raises(ValueError, match="got the form 'optimized'"):
        make_contestant(replace(SUBJECT, form='optimized'), comparison(training=True), 'cpu')
