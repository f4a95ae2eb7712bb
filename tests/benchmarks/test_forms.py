import pytest
import torch
from builders.heads import build_segmentor

from mmseg_scr.benchmarks.comparisons import FORMS
from mmseg_scr.benchmarks.forms import FORM_MAKERS, change_form

IMAGES = torch.zeros(1, 3, 64, 64)


def test_every_form_that_a_subject_may_have_is_made():
    assert set(FORM_MAKERS) == set(FORMS)


def test_eager_is_the_model_itself():
    model = build_segmentor().eval()
    assert change_form('eager', model, IMAGES).model is model


def test_optimized_compiles_backbone_and_decoder_apart(monkeypatch):
    compiled = []
    monkeypatch.setattr(torch, 'compile', lambda f: compiled.append(f.__self__) or f)
    model = build_segmentor().eval()
    with torch.no_grad():
        form = change_form('optimized', model, IMAGES)
    assert compiled == [model.backbone, model.decode_head]
    assert form.model is model
    assert 'Inductor' in form.note


@pytest.mark.parametrize('name', ['exported', 'onnxruntime'])
def test_form_that_is_not_there_is_refused_by_name(name):
    with pytest.raises(RuntimeError, match=name):
        change_form(name, build_segmentor(), IMAGES)
