import platform
import shutil
import subprocess
from importlib.metadata import distributions

import pytest

import mmseg_scr
from mmseg_scr.runs.versions import package_versions, source_commit


def test_versions_are_those_of_what_is_installed():
    versions = package_versions()
    installed = {(d.metadata['Name'].removeprefix('onedl-'), d.version) for d in distributions()}
    assert ('mmengine', versions['mmengine']) in installed
    assert ('mmsegmentation', versions['mmseg']) in installed
    assert versions['python'] == platform.python_version()
    assert versions['mmseg_scr'] == mmseg_scr.__version__
    assert versions['torch'][0].isdigit()


@pytest.mark.skipif(shutil.which('git') is None, reason='git is not installed')
def test_commit_is_that_of_the_checkout_and_says_whether_a_file_has_changed(tmp_path):
    def git(*words):
        who = ('-c', 'user.name=a', '-c', 'user.email=a@b.c')
        call = ['git', '-C', str(tmp_path), *who, *words]
        return subprocess.run(call, check=True, capture_output=True, text=True).stdout.strip()

    package = tmp_path / 'package'
    package.mkdir()
    module = package / 'module.py'
    module.write_text('a = 1\n')
    assert source_commit(package) is None
    git('init')
    assert source_commit(package) is None  # not of this repository, as in an environment within it
    git('add', '.')
    git('commit', '-m', 'first')
    git('tag', 'v1')
    assert source_commit(package) == git('rev-parse', 'HEAD')
    module.write_text('a = 2\n')
    assert source_commit(package) == f'{git("rev-parse", "HEAD")}-dirty'


def test_without_git_no_commit_is_told(monkeypatch, tmp_path):
    monkeypatch.setenv('PATH', str(tmp_path))
    assert source_commit() is None
