import json
import re
from functools import partial

import pytest
from builders.tools import ROOT, TOOLS, call_tool

from mmseg_scr.benchmarks import PRESETS

CONFIG = next((ROOT / 'configs' / 'demo').glob('scr_*.py'))
ONCE = ('--shape', '64', '96', '--rounds', '1')
call = partial(call_tool, 'benchmark.py')


def rows_of(outcome):
    assert outcome.returncode == 0, outcome.stderr
    return [line for line in outcome.stdout.splitlines() if line.startswith('| ')]


@pytest.mark.slow
def test_variant_comes_first_and_has_the_ratio_one(tmp_path):
    variant = 'model.decode_head.aligner.type=Bilinear'
    outcome = call(CONFIG, '--against', variant, *ONCE, '--out', tmp_path)
    _, _, first, second, *_ = rows_of(outcome)
    assert first.startswith(f'| {CONFIG.stem} {variant} |')
    assert first.split(' | ')[2] == '1.000'
    assert second.startswith(f'| {CONFIG.stem} |')
    files = {'results.json', 'report.md', 'ratios.png'}
    assert {path.name for path in tmp_path.iterdir()} == files
    content = json.loads((tmp_path / 'results.json').read_text())
    assert content['machine']['command'].startswith('benchmark.py')
    assert outcome.stdout.strip() in (tmp_path / 'report.md').read_text()


@pytest.mark.slow
def test_two_configs_of_one_name_are_both_there(tmp_path):
    copy = tmp_path / CONFIG.name
    copy.write_text(f'_base_ = {str(CONFIG)!r}\n')
    _, _, first, second, *_ = rows_of(call(CONFIG, copy, *ONCE, '--train'))
    assert first.startswith(f'| demo/{CONFIG.stem} |')
    assert second.startswith(f'| {tmp_path.name}/{CONFIG.stem} |')


def test_tool_names_the_presets_that_there_are():
    (names,) = re.findall(r'^NAMES = \((.+)\)$', (TOOLS / 'benchmark.py').read_text(), re.MULTILINE)
    assert re.findall(r"'(\w+)'", names) == [*PRESETS, 'all']


def test_wrong_arguments_are_refused_by_name():
    assert "config file 'absent.py' does not exist" in call('absent.py').stderr
    assert 'take positive numbers' in call(CONFIG, '--rounds', '0').stderr
    assert '--full-size is of presets' in call(CONFIG, '--full-size').stderr
    assert 'leave out configs and --against' in call('method', CONFIG).stderr
    assert 'is a file, a folder is needed' in call(CONFIG, '--out', CONFIG).stderr


def test_titles_that_would_not_be_true_are_refused_in_one_line():
    done = call('growth', '--size', '64', '64')
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("benchmark.py: 'growth, eager, 256x256' has its")


def test_a_command_that_measures_nothing_fails(tmp_path):
    config = tmp_path / 'broken.py'
    config.write_text(f'_base_ = {str(CONFIG)!r}\nmodel = dict(backbone=dict(type="Absent"))\n')
    done = call(config, *ONCE)
    assert done.returncode == 1
    assert 'not measured' in done.stdout
    assert done.stderr.splitlines()[-1] == 'benchmark.py: nothing was measured; the notes say why'


def test_device_that_is_not_there_is_refused_in_one_line():
    error = call('contrast', '--device', 'cuda:99').stderr.splitlines()[-1]
    assert error.startswith("benchmark.py: device 'cuda:99' cannot be used here: ")
