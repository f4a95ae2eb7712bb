"""tools/page.py as a command."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from builders.tiny_models import save_tiny_model

tomllib = pytest.importorskip('tomllib')

ROOT = Path(__file__).parents[2]
TOOL = ROOT / 'tools' / 'page.py'
ENVIRONMENT = os.environ | {'PYTHONPATH': str(ROOT), 'OMP_NUM_THREADS': '1'}
WITHOUT_GRADIO = (
    'import runpy, sys; sys.modules["gradio"] = None; sys.argv = ["page.py"]; '
    f'sys.path[0] = {str(TOOL.parent)!r}; runpy.run_path({str(TOOL)!r}, run_name="__main__")'
)


def start(*arguments, **environment):
    return subprocess.Popen(
        [sys.executable, *map(str, arguments)],
        env=ENVIRONMENT | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(*arguments):
    process = start(*arguments)
    out, errors = process.communicate(timeout=300)
    return process.returncode, out, errors


def test_without_gradio_the_line_that_installs_it_is_told():
    code, _, errors = run('-c', WITHOUT_GRADIO)
    assert code == 2
    (wanted,) = tomllib.loads((ROOT / 'pyproject.toml').read_text())['project'][
        'optional-dependencies'
    ]['page']
    assert f"pip install '{wanted}'" in errors
    assert 'Traceback' not in errors


@pytest.mark.slow
@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        (['--opacity', '7'], '--opacity must be 0 to 1, got 7.0'),
        (['--model', 'nothing.py', 'weights.pth'], "config 'nothing.py' does not exist"),
    ],
)
def test_what_cannot_start_says_so_in_one_message(arguments, message):
    pytest.importorskip('gradio')
    code, _, errors = run(TOOL, '--device', 'cpu', *arguments)
    assert code == 2
    assert message in errors.splitlines()[-1]
    assert 'Traceback' not in errors


@pytest.mark.slow
def test_the_page_answers_until_ctrl_c_and_leaves_no_picture_behind(tmp_path):
    pytest.importorskip('gradio')
    from builders.page_client import ask_page

    model = save_tiny_model(tmp_path / 'model', 'SCRHead')
    (tmp_path / 'temporary').mkdir()
    process = start(TOOL, '--device', 'cpu', '--model', *model, TMPDIR=str(tmp_path / 'temporary'))
    try:
        lines = iter(process.stdout.readline, '')
        address = next(m[1] for line in lines if (m := re.match(r'Open (\S+) in', line)))
        picture = ROOT / 'docs/images/demo.png'
        assert 'rgb(' in ask_page(address, picture, tmp_path / 'answers')[2]
        assert [*(tmp_path / 'temporary').rglob('demo.png')]
    finally:
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 0
    assert 'Traceback' not in errors
    assert not [*(tmp_path / 'temporary').rglob('*.png')]
