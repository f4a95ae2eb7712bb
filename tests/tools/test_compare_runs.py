import subprocess
import sys
from pathlib import Path

import pytest
from builders.checkpoints import save_harmful

ROOT = Path(__file__).parents[2]
CONFIG = next((ROOT / 'configs' / 'demo').glob('scr_*.py'))


def call(*arguments):
    command = [sys.executable, str(ROOT / 'tools' / 'compare_runs.py'), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_prints_a_table_with_the_asked_parts(tmp_path):
    options = ['--slot', 'aligner', '--parts', 'Bilinear', '--iterations', '2']
    outcome = call(str(CONFIG), *options, '--out', str(tmp_path))
    assert outcome.returncode == 0, outcome.stderr
    row = next(line for line in outcome.stdout.splitlines() if line.startswith('| Bilinear |'))
    assert row in (tmp_path / 'runs.md').read_text()


@pytest.mark.slow
def test_a_checkpoint_that_runs_code_is_refused_before_the_first_training(tmp_path):
    harmful = save_harmful(tmp_path / 'a.pth', tmp_path / 'victim')
    config = tmp_path / 'with_weights.py'
    config.write_text(f'_base_ = {str(CONFIG)!r}\nload_from = {str(harmful)!r}\n')
    outcome = call(str(config), '--iterations', '1', '--out', str(tmp_path / 'out'))
    assert f'the checkpoint {str(harmful)!r} is refused' in outcome.stderr.splitlines()[-1]
    assert not (tmp_path / 'victim').exists()
    assert not (tmp_path / 'out').exists()


def test_missing_config_is_refused_by_name():
    outcome = call('absent.py')
    assert outcome.returncode == 2
    assert "config file 'absent.py' does not exist" in outcome.stderr


def test_slot_takes_one_config():
    outcome = call(str(CONFIG), str(CONFIG), '--slot', 'aligner')
    assert outcome.returncode == 2
    assert '--slot takes one config, got 2' in outcome.stderr
    assert 'two configs have the same name' in call(str(CONFIG), str(CONFIG)).stderr
