import os
import subprocess
import sys
from pathlib import Path

from mmseg_scr import __version__
from mmseg_scr.__main__ import report
from mmseg_scr.environment import Snapshot

ROOT = Path(__file__).parents[1]
ONEDL = {'torch': '2.15.0', 'onedl-mmcv': '2.3.6', 'onedl-mmengine': '0.10.12'}
BROKEN_MMSEG = "raise RuntimeError('operator torchvision::nms does not exist')\n"


def run_with_broken_mmseg(folder, *arguments):
    (folder / 'mmseg').mkdir()
    (folder / 'mmseg' / '__init__.py').write_text(BROKEN_MMSEG)
    path = os.pathsep.join([str(folder), str(ROOT)])
    return subprocess.run(
        [sys.executable, *arguments],
        env={**os.environ, 'PYTHONPATH': path},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def test_broken_rule_is_printed_with_its_mend_and_fails():
    text, status = report(Snapshot(ONEDL, gpus=('NVIDIA H100, 79 GiB',)))
    assert status == 1
    assert text.startswith(f'mmseg_scr {__version__}\n')
    assert 'error: incomplete OneDL line' in text
    assert "  mend: pip install torch torchvision 'onedl-mmcv>=2.3'" in text
    assert 'NVIDIA H100, 79 GiB' in text


def test_notes_alone_succeed():
    text, status = report(Snapshot({**ONEDL, 'onedl-mmsegmentation': '1.4.2'}))
    assert status == 0
    assert 'note: no GPU' in text
    assert text.endswith('Ready to train.')


def test_command_runs_where_mmseg_does_not_import(tmp_path):
    done = run_with_broken_mmseg(tmp_path, '-m', 'mmseg_scr')
    assert done.returncode == 1, done.stderr
    assert 'error: mmseg does not import' in done.stdout
    assert 'operator torchvision::nms does not exist' in done.stdout


def test_import_of_the_package_where_mmseg_does_not_import_names_the_command(tmp_path):
    done = run_with_broken_mmseg(tmp_path, '-c', 'import mmseg_scr')
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith('ImportError: mmseg_scr could not register its modules')
    assert 'operator torchvision::nms does not exist' in last
    assert 'python -m mmseg_scr' in last


def test_custom_imports_show_the_same_advice(tmp_path):
    (tmp_path / 'config.py').write_text("custom_imports = dict(imports=['mmseg_scr'])\n")
    code = 'from mmengine import Config; Config.fromfile("config.py")'
    done = run_with_broken_mmseg(tmp_path, '-c', code)
    assert done.returncode == 1
    assert 'python -m mmseg_scr' in done.stderr
