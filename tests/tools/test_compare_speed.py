import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONFIG = next((ROOT / 'configs' / 'demo').glob('scr_*.py'))


def call(*arguments):
    command = [sys.executable, str(ROOT / 'tools' / 'compare_speed.py'), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_variant_comes_first_and_has_the_ratio_one():
    variant = 'model.decode_head.aligner.type=Bilinear'
    outcome = call(str(CONFIG), '--against', variant, '--shape', '64', '96', '--rounds', '2')
    assert outcome.returncode == 0, outcome.stderr
    first, second = outcome.stdout.strip().splitlines()[-2:]
    assert first.startswith(f'| {CONFIG.stem} {variant} |')
    assert first.endswith('| 1.000 |')
    assert second.startswith(f'| {CONFIG.stem} |')


@pytest.mark.slow
def test_two_configs_of_one_name_are_both_there(tmp_path):
    copy = tmp_path / CONFIG.name
    copy.write_text(f'_base_ = {str(CONFIG)!r}\n')
    outcome = call(str(CONFIG), str(copy), '--shape', '64', '96', '--rounds', '1')
    assert outcome.returncode == 0, outcome.stderr
    first, second = outcome.stdout.strip().splitlines()[-2:]
    assert first.startswith(f'| demo/{CONFIG.stem} |')
    assert second.startswith(f'| {tmp_path.name}/{CONFIG.stem} |')


def test_wrong_arguments_are_refused_by_name():
    assert "config file 'absent.py' does not exist" in call('absent.py').stderr
    assert 'take positive numbers' in call(str(CONFIG), '--rounds', '0').stderr
