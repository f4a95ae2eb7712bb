import torch

from mmseg_scr.checks.compilers import missing_compiler

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
