import subprocess
import sys
from pathlib import Path

import pytest

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


def test_missing_config_is_refused_by_name():
    outcome = call('absent.py')
    assert outcome.returncode == 2
    assert "config file 'absent.py' does not exist" in outcome.stderr


def test_slot_takes_one_config():
    outcome = call(str(CONFIG), str(CONFIG), '--slot', 'aligner')
    assert outcome.returncode == 2
    assert '--slot takes one config, got 2' in outcome.stderr
    assert 'two configs have the same name' in call(str(CONFIG), str(CONFIG)).stderr
