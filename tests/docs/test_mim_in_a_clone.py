"""What docs/faq.md says of ``mim`` and an editable install, with a clone whose tools only print."""

import os
import re
import subprocess
import sys
from importlib.metadata import distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NAME = 'some_config.py'
QUESTION = '### `mim` finds multiple config files with same name\n'

if 'onedl-mim' not in {distribution.name for distribution in distributions()}:
    pytest.skip('openmim finds no editable install at all', allow_module_level=True)


@pytest.fixture
def train(tmp_path):
    """A function that runs ``mim train`` in an editable install after a run of ``NAME``."""
    clone, installed = tmp_path / 'clone', tmp_path / 'site' / 'mmsegmentation_scr-0.dist-info'
    for folder in ('configs/demo', 'work_dirs/some_config', 'tools'):
        (clone / folder).mkdir(parents=True)
    (clone / 'configs' / 'demo' / NAME).write_text('')
    (clone / 'work_dirs' / 'some_config' / NAME).write_text('')
    (clone / 'tools' / 'train.py').write_text('import sys\nprint("trains", sys.argv[1])\n')
    installed.mkdir(parents=True)
    metadata = 'Metadata-Version: 2.1\nName: mmsegmentation-scr\nVersion: 0\n'
    (installed / 'METADATA').write_text(metadata)
    url = f'{{"dir_info": {{"editable": true}}, "url": "{clone.as_uri()}"}}'
    (installed / 'direct_url.json').write_text(url)

    def run(config):
        command = ['-c', 'from mim.cli import cli; cli()', 'train', 'mmsegmentation-scr', config]
        return subprocess.run(
            [sys.executable, *command, '--gpus', '0'],
            env={**os.environ, 'PYTHONPATH': str(installed.parent)},
            cwd=clone,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def test_name_is_found_in_the_work_dirs_too_as_the_page_says(train):
    done = train(NAME)
    page = (ROOT / 'docs' / 'faq.md').read_text()
    message = re.search(rf'{QUESTION}`(.+?)`', page, re.DOTALL)[1].replace('\n', ' ')
    assert done.returncode != 0
    assert message.replace('NAME.py', NAME) in done.stderr


def test_path_is_taken_as_it_is(train):
    done = train(f'configs/demo/{NAME}')
    assert f'trains configs/demo/{NAME}' in done.stdout, done.stderr
