import pytest
import torch
from builders.heads import build_segmentor
from builders.segmentors import plain_segmentor

from mmseg_scr.benchmarks import forms
from mmseg_scr.benchmarks.comparisons import FORMS, PRECISIONS
from mmseg_scr.benchmarks.forms import FORM_MAKERS, PRECISION_NAMES, change_form

IMAGES = torch.zeros(2, 3, 64, 96)


@pytest.fixture
def model():
    return build_segmentor().eval()


def test_every_form_and_precision_that_a_subject_may_have_is_known():
    assert set(FORM_MAKERS) == set(FORMS)
    assert set(PRECISION_NAMES) == set(PRECISIONS)


def test_eager_is_the_model_itself(model):
    assert change_form('eager', model, IMAGES).model is model


def test_optimized_is_what_optimize_returns_and_says_what_was_done(model, monkeypatch):
    asked = {}

    def optimize(model, size, **options):
        asked.update(options, size=size)
        model.acceleration = 'fold taken\ncompile refused'
        return model

    monkeypatch.setattr(forms, 'optimize', optimize)
    form = change_form('optimized', model, IMAGES)
    assert form.model is model
    assert form.note == 'fold taken; compile refused'
    assert (asked['size'], asked['batch'], asked['precision']) == ((64, 96), 2, 'float32')
    assert not asked['images']
    assert asked['keep_memory'] is False  # it would be that of the other models too
    form = change_form('optimized', model, IMAGES, 'bf16')
    assert asked['precision'] == 'bfloat16'
    assert asked['images'][0].shape == (64, 96, 3)
    assert not form.autocast


@pytest.mark.parametrize('name', ['exported', 'onnxruntime'])
def test_what_a_model_became_answers_for_it(name):
    if name == 'onnxruntime':
        pytest.importorskip('onnxscript')
        pytest.importorskip('onnxruntime')
    model, images = plain_segmentor(), torch.rand(2, 3, 64, 96)
    form = change_form(name, model, images)
    assert form.model is None
    answer = torch.as_tensor(form.run())
    with torch.no_grad():
        torch.testing.assert_close(answer, model(images, mode='tensor'), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize('name', ['exported', 'onnxruntime'])
def test_other_precisions_of_files_are_refused(name, model):
    with pytest.raises(ValueError, match="fp32 alone, got 'bf16'"):
        change_form(name, model, IMAGES, 'bf16')
