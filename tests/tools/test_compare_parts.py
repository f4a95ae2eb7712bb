import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONFIG = next((ROOT / 'configs' / 'demo').glob('scr_*.py'))


def call(*arguments):
    command = [sys.executable, str(ROOT / 'tools' / 'compare_parts.py'), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_prints_a_table_with_the_asked_parts(tmp_path):
    options = ['--iterations', '2', '--out', str(tmp_path)]
    outcome = call(str(CONFIG), 'aligner', 'Bilinear', *options)
    assert outcome.returncode == 0, outcome.stderr
    row = next(line for line in outcome.stdout.splitlines() if line.startswith('| Bilinear |'))
    assert row in (tmp_path / 'aligner.md').read_text()


def test_missing_config_is_refused_by_name():
    outcome = call('absent.py', 'aligner')
    assert outcome.returncode == 2
    assert "config file 'absent.py' does not exist" in outcome.stderr
