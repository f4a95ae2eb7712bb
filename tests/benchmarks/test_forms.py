import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from builders.heads import build_segmentor

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

    monkeypatch.setitem(sys.modules, 'mmseg_scr.acceleration', SimpleNamespace(optimize=optimize))
    form = change_form('optimized', model, IMAGES)
    assert form.model is model
    assert form.note == 'fold taken; compile refused'
    assert (asked['size'], asked['batch'], asked['precision']) == ((64, 96), 2, 'float32')
    assert not asked['images']
    form = change_form('optimized', model, IMAGES, 'bf16')
    assert asked['precision'] == 'bfloat16'
    assert asked['images'][0].shape == (64, 96, 3)
    assert not form.autocast


def test_exported_program_answers_for_the_model(model, monkeypatch):
    wrapped = SimpleNamespace(module=lambda: lambda images: model(images, mode='tensor'))
    monkeypatch.setitem(sys.modules, 'mmseg_scr.export', SimpleNamespace(Deployed=Deployed))
    trace = SimpleNamespace(trace=lambda deployed: wrapped)
    monkeypatch.setitem(sys.modules, 'mmseg_scr.export.model', trace)
    form = change_form('exported', model, IMAGES)
    assert form.model is None
    assert form.run().shape == (2, 5, 16, 24)


def test_file_of_onnx_is_read_before_its_folder_goes(model, monkeypatch):
    def write(deployed, path, kind):
        path.write_text(kind)

    def load(path, kind):
        assert path.read_text() == kind == 'onnx'
        seen.append(path)
        return SimpleNamespace(call=lambda images: images.sum())

    seen: list[Path] = []
    room = SimpleNamespace(Deployed=Deployed, export_model=write, load_program=load)
    monkeypatch.setitem(sys.modules, 'mmseg_scr.export', room)
    form = change_form('onnxruntime', model, IMAGES)
    assert form.run() == 0
    assert not seen[0].exists()


@pytest.mark.parametrize('name', ['exported', 'onnxruntime'])
def test_other_precisions_of_files_are_refused(name, model):
    with pytest.raises(ValueError, match="fp32 alone, got 'bf16'"):
        change_form(name, model, IMAGES, 'bf16')


def test_without_acceleration_backbone_and_decoder_are_compiled_apart(model, monkeypatch):
    compiled = []
    monkeypatch.setitem(sys.modules, 'mmseg_scr.acceleration', None)
    monkeypatch.setattr(torch, 'compile', lambda f: compiled.append(f.__self__) or f)
    form = change_form('optimized', model, IMAGES)
    assert compiled == [model.backbone, model.decode_head]
    assert 'Inductor' in form.note


class Deployed:
    def __init__(self, model, *, output):
        assert output == 'head'
