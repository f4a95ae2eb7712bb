import logging
from types import SimpleNamespace

import pytest
from builders.exported import INSTALL, small_model

from mmseg_scr.checks import compilers
from mmseg_scr.export import Deployed, formats, require_packages
from mmseg_scr.export.model import export_model


def test_a_missing_package_is_named_with_its_remedy(monkeypatch):
    monkeypatch.setattr(formats, 'find_spec', lambda name: None if name == 'onnxscript' else 1)
    with pytest.raises(ImportError, match='onnx needs onnxscript: pip install onnx onnxruntime'):
        require_packages('onnx')
    require_packages('torch_export')


def test_a_missing_compiler_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv('PATH', str(tmp_path))
    monkeypatch.setenv('CXX', 'mycc')
    with pytest.raises(ValueError, match=r'compiles: there is no C\+\+ compiler \(mycc\)'):
        require_packages('aot_inductor')


def test_an_old_torch_is_named(monkeypatch):
    monkeypatch.setattr(compilers, 'OLDEST', '99.0')
    with pytest.raises(ImportError, match=r'^an export needs torch 99.0 or later, this is \d'):
        require_packages('onnx')


def test_another_format_is_refused():
    with pytest.raises(ValueError, match=r'onnx, torch_export, aot_inductor, got .tflite.'):
        require_packages('tflite')


def test_weights_beyond_the_size_of_an_onnx_file_are_refused(monkeypatch, tmp_path):
    monkeypatch.setattr(formats, 'ONNX_LIMIT', 100)
    program = SimpleNamespace(state_dict=small_model().state_dict())
    with pytest.raises(ValueError, match=r'an ONNX file holds 1\.5; write torch_export'):
        formats.FORMATS['onnx'].write(program, tmp_path / 'a.onnx', {}, 'logits')


def test_the_exporter_is_quiet_and_may_speak_again_afterwards(monkeypatch, tmp_path):
    logger = logging.getLogger('onnxscript')
    monkeypatch.setattr(logger, 'level', logging.INFO)
    levels = []

    def export(*_, opset_version, **__):
        levels.append(logger.level)
        assert opset_version == 20  # as the docs say
        raise RuntimeError

    monkeypatch.setattr('torch.onnx.export', export)
    program = SimpleNamespace(state_dict={})
    with pytest.raises(RuntimeError):
        formats.FORMATS['onnx'].write(program, tmp_path / 'a.onnx', {}, 'logits')
    assert [*levels, logger.level] == [logging.ERROR, logging.INFO]


@pytest.mark.slow
def test_onnx_file_names_its_input_output_and_free_sizes(tmp_path):
    onnx = pytest.importorskip('onnx', reason=INSTALL)
    pytest.importorskip('onnxscript', reason=INSTALL)
    pytest.importorskip('onnxruntime', reason=INSTALL)
    path = tmp_path / 'a.onnx'
    metadata = export_model(Deployed(small_model(), output='labels'), path, 'onnx')
    model = onnx.load(path)
    assert [opset.version for opset in model.opset_import if not opset.domain] == [20]
    assert _axes(*model.graph.input) == ('image', ['batch', 3, 'height', 'width'])
    assert _axes(*model.graph.output) == ('labels', ['batch', 'height', 'width'])
    assert {each.key: each.value for each in model.metadata_props} == metadata
    onnx.checker.check_model(model)


def _axes(value):
    sizes = value.type.tensor_type.shape.dim
    return value.name, [size.dim_param or size.dim_value for size in sizes]
