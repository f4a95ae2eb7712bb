import pytest
import torch
from builders.exported import INSTALL, small_model

from mmseg_scr.export import Deployed, export_model, load_program

WAYS = [('torch_export', '.pt2'), pytest.param('onnx', '.onnx', marks=pytest.mark.slow)]


@pytest.mark.parametrize(('kind', 'suffix'), WAYS)
@torch.no_grad()
def test_file_that_was_read_again_predicts_what_was_exported(kind, suffix, tmp_path):
    if kind == 'onnx':
        for name in ('onnx', 'onnxruntime', 'onnxscript'):
            pytest.importorskip(name, reason=INSTALL)
    path = tmp_path / f'model{suffix}'
    deployed = Deployed(small_model(), normalize=True)
    metadata = export_model(deployed, path, kind, source={'checkpoint': 'a.pth'})
    program = load_program(path, kind)
    assert dict(program.metadata) == metadata
    assert metadata['checkpoint'] == 'a.pth'
    for size in [(1, 33, 64), (3, 64, 32)]:
        pictures = 255 * torch.rand(size[0], 3, *size[1:])
        torch.testing.assert_close(program.call(pictures), deployed(pictures), rtol=1e-4, atol=1e-4)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r'no\.pt2. does not exist'):
        load_program(tmp_path / 'no.pt2', 'torch_export')


def test_a_file_of_another_kind_is_named(tmp_path):
    path = tmp_path / 'a.pt2'
    path.write_text('no program')
    with pytest.raises(ValueError, match=r"a\.pt2' cannot be read as torch_export: "):
        load_program(path, 'torch_export')


def test_a_program_of_another_hand_is_named(tmp_path):
    path = tmp_path / 'a.pt2'
    torch.export.save(torch.export.export(torch.nn.ReLU(), (torch.ones(2),)), path)
    with pytest.raises(ValueError, match=r"a\.pt2' says nothing of itself"):
        load_program(path, 'torch_export')
