"""tools/predict.py as a command."""

import csv
import os
import runpy
import signal
import subprocess
import sys
import time
from pathlib import Path

import cv2
import numpy as np
import pytest
from builders.checkpoints import save_harmful
from builders.pictures import save_broken, save_mixed, save_video
from builders.tiny_models import PALETTE, save_tiny_model

from mmseg_scr.datasets.scene_drawing.scene import draw_street_scene
from mmseg_scr.prediction import fast_predictor

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, str(ROOT / 'tools' / 'predict.py')]
ENVIRONMENT = os.environ | {'PYTHONPATH': str(ROOT), 'OMP_NUM_THREADS': '1'}


def start(folder, *arguments):
    model = ['--device', 'cpu', '--model', 'model/config.py', 'model/weights.pth']
    return subprocess.Popen(
        [*COMMAND, *model, *arguments],
        cwd=folder,
        env=ENVIRONMENT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(folder, *arguments, text=None):
    process = start(folder, *arguments)
    out, errors = process.communicate(text, timeout=300)
    return process.returncode, out, errors


@pytest.fixture
def folder(tmp_path):
    save_tiny_model(tmp_path / 'model')
    return tmp_path


@pytest.fixture
def call(folder, monkeypatch):
    """The tool in this process; its exit code."""
    monkeypatch.chdir(folder)
    monkeypatch.syspath_prepend(str(ROOT / 'tools'))  # as of a command

    def call(*arguments):
        monkeypatch.setattr(sys, 'argv', ['predict.py', '--device', 'cpu', *arguments])
        return runpy.run_path(COMMAND[1], run_name='predict')['main']()

    return call


def test_a_video_that_was_cut_by_frames_is_not_taken_for_a_whole_one(folder, call, capsys):
    save_video(folder / 'clip.avi')
    save_mixed(folder / 'in', 1)
    command = ['clip.avi', 'in', '--model', 'model/config.py', 'model/weights.pth']
    assert call(*command, '--frames', '2') == 0
    assert call(*command) == 2
    assert 'frames 2 there, None now' in capsys.readouterr().err
    assert call(*command, '--overwrite') == 0
    assert '6 pictures or frames' in capsys.readouterr().out
    assert call('in', *command[2:]) == 0


def test_a_shipped_name_that_is_none_is_one_message(folder, call, capsys):
    save_mixed(folder / 'in', 1)
    assert call('in', '--model', 'model/config.py', 'mmseg_scr://nothing') == 2
    assert "no trained model 'nothing' is shipped, there are" in capsys.readouterr().err


@pytest.mark.slow
def test_the_fast_model_predicts_the_same_and_may_go_on_in_the_same_folder(
    folder, call, monkeypatch, capsys
):
    own, sizes = fast_predictor.optimize, []

    def eager(model, size, **options):  # no test waits for a compiler
        sizes.append(size)
        return own(model, size, backend='eager', keep_memory=False, **options)

    monkeypatch.setattr(fast_predictor, 'optimize', eager)
    picture, _ = draw_street_scene((64, 96), seed=0, index=3)
    cv2.imwrite('scene.png', picture)
    names = ['--name', 'scr_street-scenes']
    assert call('scene.png', *names, '--fast', '--out', 'fast') == 0
    out = capsys.readouterr().out
    assert sizes == [(64, 96)]
    assert '1 done, 0 skipped because their results are there, 0 failed; results in fast' in out
    assert call('scene.png', *names, '--out', 'plain') == 0
    fast, plain = (
        cv2.imread(f'{folder}/index/scene.png', cv2.IMREAD_UNCHANGED)
        for folder in ('fast', 'plain')
    )
    assert len(np.unique(plain)) > 3
    assert (fast == plain).mean() > 0.999
    assert call('scene.png', *names, '--out', 'fast') == 0
    assert '0 done, 1 skipped' in capsys.readouterr().out


@pytest.mark.slow
def test_what_fails_is_named_and_the_rest_is_done(folder):
    save_mixed(folder / 'in', 6)
    broken = save_broken(folder / 'in', PALETTE)
    (folder / 'in/bad.mp4').write_text('no video')
    save_video(folder / 'clip.avi')
    (folder / 'empty').mkdir()
    text = 'clip.avi\nin\n'
    code, out, errors = run(folder, '-', 'empty', '--out', 'here', text=text)
    assert code == 1
    assert '7 done, 0 skipped because their results are there, 7 failed; results in here' in out
    assert 'clip: 5 frames at 12.5 a second; sound is dropped' in out
    assert '11 pictures or frames in' in out
    assert '% of the time' in out
    assert 'whole pictures, as the config says' in out
    with (folder / 'here/failures.csv').open() as file:
        reasons = {Path(row['input']).name: row['reason'] for row in csv.DictReader(file)}
    assert set(reasons) == {*broken, 'bad.mp4', 'empty'}
    named = [line for line in errors.splitlines() if line.startswith('failed: ')]
    assert len(named) == 7
    assert all(reason in errors for reason in reasons.values())

    for name in (*broken, 'bad.mp4'):
        (folder / 'in' / name).unlink()
    code, out, errors = run(folder, 'clip.avi', 'in', '--out', 'here')
    assert code == 0
    assert '0 done, 7 skipped' in out
    assert not (folder / 'here/failures.csv').exists()


@pytest.mark.slow
def test_a_killed_command_goes_on_when_it_is_repeated(folder):
    save_video(folder / 'clip.avi', frames=400)
    save_mixed(folder / 'in', 30)
    process = start(folder, 'in', 'clip.avi')
    table = folder / 'predictions/shares.csv'
    end = time.monotonic() + 120
    while time.monotonic() < end and not (table.exists() and table.read_text().count('\n') > 5):
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    done = table.read_text().count('\n') - 1
    assert 5 <= done < 31
    code, out, _ = run(folder, 'in', 'clip.avi')
    assert code == 0
    assert f'{31 - done} done, {done} skipped' in out
    assert not list((folder / 'predictions').rglob('.draft-*'))


@pytest.mark.slow
@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        (['--model', 'model/config.py', 'other/weights.pth'], 'is not of this config'),
        (['--model', 'model/config.py', 'harmful.pth'], 'repeat the command with --trust'),
        (['--model', 'nothing.py', 'model/weights.pth'], "config 'nothing.py' does not exist"),
        (['--device', 'nonsense'], "device 'nonsense' cannot be used here"),
        (['--opacity', '7'], '--opacity must be 0 to 1, got 7.0'),
    ],
    ids=['another model', 'harmful', 'no config', 'no device', 'opacity'],
)
def test_what_cannot_start_says_so_in_one_message(folder, arguments, message):
    save_mixed(folder / 'in', 1)
    save_tiny_model(folder / 'other', 'SCRHead')
    save_harmful(folder / 'harmful.pth', folder / 'victim')
    code, _, errors = run(folder, 'in', *arguments)
    assert code == 2
    assert message in errors
    assert 'Traceback' not in errors
    assert not (folder / 'victim').exists()
    assert not (folder / 'predictions').exists()


@pytest.mark.slow
def test_results_of_two_models_do_not_meet_in_one_folder(folder):
    save_mixed(folder / 'in', 1)
    assert run(folder, 'in')[0] == 0
    save_tiny_model(folder / 'other', seed=1)
    other = ['--model', 'other/config.py', 'other/weights.pth']
    code, _, errors = run(folder, 'in', *other)
    assert code == 2
    assert 'weights_sha256' in errors
    code, out, _ = run(folder, 'in', *other, '--overwrite')
    assert code == 0
    assert '1 done' in out
