import pytest
import torch
from torch.torch_version import TorchVersion

from mmseg_scr.checks.compilers import missing_compiler, require_recent_torch

CPU = torch.device('cpu')


def test_a_compiler_that_is_not_there_is_named(monkeypatch):
    monkeypatch.setenv('CXX', 'no-such-compiler -O2')
    line = missing_compiler(CPU, 'inductor')
    assert line == 'there is no C++ compiler (no-such-compiler); install one, or set CXX'


def test_a_program_of_that_name_suffices(monkeypatch, tmp_path):
    compiler = tmp_path / 'some-compiler'
    compiler.touch(mode=0o755)
    monkeypatch.setenv('CXX', str(compiler))
    assert missing_compiler(CPU, 'inductor') is None


def test_backends_without_code_need_none(monkeypatch):
    monkeypatch.setenv('CXX', 'no-such-compiler')
    assert missing_compiler(CPU, 'eager') is None


@pytest.mark.parametrize('version', ['2.1.2+cu121', '2.5.1'])
def test_a_torch_that_is_too_old_is_named(monkeypatch, version):
    monkeypatch.setattr(torch, '__version__', TorchVersion(version))
    with pytest.raises(ImportError, match=f'^it needs torch 2.6 or later, this is {version[:5]}'):
        require_recent_torch('it')


@pytest.mark.parametrize('version', ['2.6.0', '2.10.0+cpu'])
def test_later_ones_are_not(monkeypatch, version):
    monkeypatch.setattr(torch, '__version__', TorchVersion(version))
    require_recent_torch('it')
