"""tools/publish.py on a checkpoint of an untrained model."""

import json

import pytest
from builders.published import DEMO, demo_config, save_training
from builders.tools import call_tool


@pytest.fixture
def publish(tmp_path):
    """A function that publishes an untrained model into the folder ``out``."""
    save_training(tmp_path / 'iter_7.pth', demo_config())

    def run(*options):
        files = 'iter_7.pth', demo_config(), '--name', 'tiny', '--out', 'out'
        return call_tool('publish.py', *files, *options, folder=tmp_path)

    return run


@pytest.mark.slow
def test_says_size_sum_and_nearness_and_writes_what_it_was_told(publish, tmp_path):
    (tmp_path / 'a.json').write_text('{"mIoU": 12.5, "time": 1}')
    outcome = publish('--metrics', 'val=a.json', '--sample', '1', '--license', 'ours')
    assert outcome.returncode == 0, outcome.stderr[-2000:]
    card = json.loads((tmp_path / 'out/tiny.json').read_text())
    assert card['sha256'] in outcome.stdout
    assert f'{card["bytes"] / 1e6:.2f} MB' in outcome.stdout
    assert 'the class is the same at' in outcome.stdout
    assert 'mmseg_scr://tiny' in outcome.stdout
    assert str(card['sample']['metrics']['mIoU']) in outcome.stdout
    config = DEMO.format('scr')
    assert (card['config'], card['license']) == (config, 'ours')
    assert card['command'] == f'python tools/train.py configs/{config}'
    assert card['metrics'] == {'val': {'mIoU': 12.5}}


@pytest.mark.slow
@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (('--limit', '1'), 'more than the limit of 1 MB'),
        (('--metrics', 'absent.json'), 'absent.json'),
    ],
)
def test_refusal_is_one_line(publish, options, message):
    outcome = publish(*options)
    assert outcome.returncode == 1
    assert 'Traceback' not in outcome.stderr
    last = outcome.stderr.strip().splitlines()[-1]
    assert last.startswith('Not published: ')
    assert message in last
