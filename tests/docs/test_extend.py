"""docs/extend.md, followed word by word: its files, its commands and its error messages."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
import torch
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmseg.registry import MODELS

import mmseg_scr

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / 'docs/extend.md').read_text()
# A file is a fence that a line introduces which begins with the file's name and ends with a colon.
FILE = re.compile(
    r'^`(?P<name>[^`]+\.py)`(?P<where>[^:]*):\n\n<!-- skip: [^>]+-->\n```python\n(?P<text>.*?)```',
    re.MULTILINE | re.DOTALL,
)
FILES = {match['name']: match['text'] for match in FILE.finditer(PAGE)}
CLASS_FILE = 'mmseg_scr/aligners/dysample.py'
TEST_FILE = 'tests/aligners/test_dysample.py'
ROOM = 'mmseg_scr/aligners/__init__.py'
(CONFIG,) = (name for name in FILES if name.startswith('scr-aligner-'))
ABLATIONS = 'configs/ablation'
CONTRACT = 'tests/aligners/test_slot_contract.py'
CONFIG_RULES = 'tests/configs/test_configs.py'

# Its name has the word by which the tests of the new aligner are chosen.
WITNESS = """
from pathlib import Path

import mmseg_scr


def test_dysample_is_in_the_copy_of_the_package():
    assert Path(mmseg_scr.__file__).is_relative_to(Path.cwd())
    assert 'DySample' in mmseg_scr.aligners.__all__
"""


def run(command, folder, search_path):
    environment = os.environ | {'PYTHONPATH': search_path, 'OMP_NUM_THREADS': '1'}
    outcome = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert outcome.returncode == 0, outcome.stdout[-4000:] + outcome.stderr[-2000:]
    return outcome.stdout


def extended(room, lines):
    """The room's ``__init__`` with the page's import and, for its ``...``, the names of before."""
    added_import, added_names = lines.split('\n\n')
    names = re.search(r'^__all__ = \[(.*?),?\s*\]\n', room, re.MULTILINE | re.DOTALL)
    assert '...' in added_names
    return (
        room[: names.start()].rstrip()
        + f'\n{added_import}\n\n'
        + added_names.replace('...', names[1])
        + room[names.end() :]
    )


@pytest.fixture
def tree(tmp_path):
    """A copy of the package, its configs and tests, to which the page has been applied."""
    clutter = shutil.ignore_patterns('__pycache__', '*.pyc')
    for folder in ('mmseg_scr', 'configs', 'tests'):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=clutter)
    shutil.copy(ROOT / 'pyproject.toml', tmp_path)
    for name in (CLASS_FILE, TEST_FILE, f'{ABLATIONS}/{CONFIG}'):
        assert not (tmp_path / name).exists(), f'the page adds {name}, which is there already'
        (tmp_path / name).write_text(FILES[name.removeprefix(f'{ABLATIONS}/')])
    room = tmp_path / ROOM
    room.write_text(extended(room.read_text(), FILES[ROOM]))
    (tmp_path / 'tests/test_witness.py').write_text(WITNESS)
    return tmp_path


def passed_tests(report):
    """{file without .py: names of the test functions that ran and passed} of a JUnit report."""
    passed = {}
    for case in ElementTree.parse(report).iter('testcase'):
        assert len(case) == 0, f'{case.get("name")}: {case[0].tag}'
        name = case.get('name').split('[')[0]
        passed.setdefault(case.get('classname').replace('.', '/'), set()).add(name)
    return passed


def functions(name):
    return set(re.findall(r'^def (test_\w+)\(', (ROOT / name).read_text(), re.MULTILINE))


def test_every_file_of_the_page_was_found():
    assert set(FILES) == {CLASS_FILE, ROOM, CONFIG, TEST_FILE, 'my_config.py'}
    assert f'`{CONFIG}` in the folder\n`{ABLATIONS}`:' in PAGE


@pytest.mark.slow
def test_three_files_are_enough_for_the_tests_of_the_package(tree):
    (command,) = re.findall(r'^python -m (pytest .* -k dysample)$', PAGE, re.MULTILINE)
    options = [*command.split(), 'tests/test_witness.py', '--junitxml=report.xml']
    run([sys.executable, '-m', *options, '-p', 'no:cacheprovider'], tree, str(tree))
    passed = passed_tests(tree / 'report.xml')
    assert passed['tests/test_witness']
    assert passed[CONTRACT.removesuffix('.py')] == functions(CONTRACT)
    assert len(passed[TEST_FILE.removesuffix('.py')]) == 2
    assert passed['tests/decoders/test_scr_head_export']
    assert passed[CONFIG_RULES.removesuffix('.py')] >= {
        'test_name_follows_the_rule_and_tells_the_truth',
        'test_ablation_differs_from_its_twin_in_what_its_name_says_and_nothing_else',
        'test_trains_one_step_and_predicts',
        'test_every_pipeline_builds',
    }


def test_files_of_the_page_keep_the_style_of_the_project(tree):
    pytest.importorskip('ruff')
    ruff = [sys.executable, '-m', 'ruff']
    run([*ruff, 'check', '--fix', '--no-cache', ROOM], tree, str(tree))
    names = [CLASS_FILE, TEST_FILE, ROOM, f'{ABLATIONS}/{CONFIG}']
    for step in (['check'], ['format', '--check']):
        run([*ruff, *step, '--no-cache', *names], tree, str(tree))


@pytest.mark.slow
def test_class_in_a_module_of_the_user_trains_without_a_fork(tmp_path):
    (tmp_path / 'my_aligners.py').write_text(FILES[CLASS_FILE])
    (tmp_path / 'my_config.py').write_text(FILES['my_config.py'])
    (tmp_path / 'path/to/the').mkdir(parents=True)
    (tmp_path / 'path/to/the/clone').symlink_to(ROOT)
    (command,) = re.findall(r'^PYTHONPATH=\. python (.*my_config\.py)$', PAGE, re.MULTILINE)
    short = ['train_cfg.max_iters=2', 'val_dataloader.dataset.length=1']
    run([sys.executable, *command.split(), '--cfg-options', *short], tmp_path, f'.:{ROOT}')
    assert mmseg_scr.__version__  # its import lets torch read what mmengine saved
    saved = torch.load(tmp_path / 'work_dirs/my_config/iter_2.pth', weights_only=True)
    weights = [saved['state_dict'][f'decode_head.aligners.{i}.offset.weight'] for i in range(3)]
    assert all(weight.any() for weight in weights)  # they were zero at the start


def error_of(model):
    with pytest.raises((TypeError, KeyError)) as caught:
        MODELS.build(model.decode_head)
    return f'{caught.typename}: {caught.value}'


def test_messages_of_the_page_are_the_real_ones(tmp_path):
    stale, unknown = re.findall(r'```text\n(.*?)\n```', PAGE, re.DOTALL)
    (base,) = (ROOT / ABLATIONS).glob('scr-mask-off_*cityscapes*')
    config = tmp_path / 'config.py'
    aligner = "model = dict(decode_head=dict(aligner=dict(type='DySample')))"
    config.write_text(f'_base_ = {str(base)!r}\n{aligner}\n')
    model = Config.fromfile(config).model
    init_default_scope('mmseg')
    before, after = unknown.split('...')
    message = error_of(model)
    assert message.startswith(before)
    assert message.endswith(after)
    try:
        exec(compile(FILES[CLASS_FILE], CLASS_FILE, 'exec'), {'__name__': 'my_aligners'})
        assert error_of(model) == stale.replace('\n', ' ')
    finally:
        MODELS.module_dict.pop('DySample', None)
