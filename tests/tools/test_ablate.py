import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest
from builders.checkpoints import save_harmful
from builders.records import STUDY
from builders.tools import call_tool

from mmseg_scr.runs.records import add_records, read_records

ROOT = Path(__file__).parents[2]
DEMO = ROOT / 'configs' / 'demo'
REST = 'mscan-nano_1xb4-adamw-200_street-scenes-96x192.py'
CONFIG = DEMO / f'scr_{REST}'
COMMAND = [sys.executable, str(ROOT / 'tools' / 'ablate.py')]
SMALL = [
    *('--iterations', '2', '--cfg-options', 'train_dataloader.batch_size=2'),
    *(f'{split}_dataloader.dataset.size=(32,64)' for split in ('train', 'val', 'test')),
    *(f'{split}_dataloader.dataset.length=2' for split in ('val', 'test')),
]
call = partial(call_tool, 'ablate.py')


def rows(text):
    """Of the table in a text, without its header."""
    return [line for line in text.splitlines() if line.startswith('| ')][2:]


@pytest.fixture
def records(tmp_path):
    file = tmp_path / 'records.jsonl'
    add_records(file, STUDY)
    return file


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        ([], 'name configs to train, or a --plan, or --records to read'),
        (['absent.py'], "config file 'absent.py' does not exist"),
        (['--plan', 'absent.py'], "config file 'absent.py' does not exist"),
        ([CONFIG, '--plan', CONFIG], '--plan says which configs and seeds'),
        ([CONFIG, CONFIG, '--slot', 'aligner'], '--slot takes one config, got 2'),
        ([CONFIG, '--parts', 'SRM'], '--parts are of a --slot'),
        ([CONFIG, '--seeds', '1', '1'], '--seeds has one seed twice: [1, 1]'),
        ([CONFIG, '--seeds', '1', '-1'], '--seeds takes numbers from 0 on, got -1'),
        ([CONFIG, '--stop-after', '0'], '--stop-after takes minutes above 0, got 0.0'),
        ([CONFIG, '--workers', '-1'], '--workers takes a number of processes, got -1'),
    ],
)
def test_wrong_arguments_are_refused_by_name(arguments, message):
    outcome = call(*arguments)
    assert outcome.returncode == 2
    assert message in outcome.stderr


@pytest.mark.slow
class TestTables:
    def test_are_made_of_records_alone(self, records, tmp_path):
        outcome = call('--records', records, '--out', tmp_path / 'out', '--baseline', 'base')
        assert outcome.returncode == 0, outcome.stderr
        _, row = rows(outcome.stdout)
        assert row.startswith('| _better |')
        assert row.endswith('51.83 ± 0.60 (+0.83 [-0.17, +1.84], within noise) |')
        assert row in (tmp_path / 'out' / 'table.md').read_text()
        assert read_records(records) == STUDY

    def test_rows_are_chosen_and_the_first_is_the_baseline(self, records, tmp_path):
        outcome = call('--records', records, '--out', tmp_path, '--only', '_better', 'base')
        better, base = rows(outcome.stdout)
        assert better.startswith('| _better |')
        assert base.startswith('| base |')
        assert 'difference to _better' in outcome.stdout

    def test_problems_are_one_line(self, records, tmp_path):
        outcome = call('--records', records, '--out', tmp_path, '--only', 'absent')
        assert outcome.returncode == 1
        assert outcome.stderr == "ValueError: no record of 'absent', only of ['base', '_better']\n"
        (tmp_path / 'file').touch()
        outcome = call('--records', records, '--out', tmp_path / 'file' / 'out')
        assert outcome.returncode == 1
        assert outcome.stderr.startswith('NotADirectoryError: ')
        assert 'absent.jsonl has no record' in call('--records', tmp_path / 'absent.jsonl').stderr


@pytest.mark.slow
def test_a_plan_is_trained_and_goes_on_where_it_was_left(tmp_path):
    plan = tmp_path / 'plan.py'
    files = [str(DEMO / f'{method}_{REST}') for method in ('baseline', 'scr')]
    plan.write_text(f'groups = [dict(config={files}, seeds=[1, 2])]\n')
    kept, out = tmp_path / 'kept.jsonl', tmp_path / 'out'
    study = ['--plan', plan, '--out', out, '--records', kept, *SMALL]
    queue = subprocess.Popen([*COMMAND, *map(str, study)], stderr=subprocess.PIPE, text=True)
    end = time.monotonic() + 120
    while not read_records(kept) and time.monotonic() < end:
        time.sleep(0.1)
    queue.send_signal(signal.SIGINT)
    _, errors = queue.communicate()
    assert errors.strip().endswith('stopped; the same command goes on')
    (first,) = read_records(kept)
    outcome = call(*study)
    assert outcome.returncode == 0, outcome.stderr
    found = read_records(kept)
    order = [('baseline', 1), ('scr', 1), ('baseline', 2), ('scr', 2)]
    assert [(record.title, record.seed) for record in found] == order
    assert found[0] == first
    baseline, scr = rows(outcome.stdout)
    assert baseline.startswith('| baseline | 2 | cpu |')
    assert scr.startswith('| scr | 2 | cpu |')
    assert (out / 'table.md').read_text() in outcome.stdout


@pytest.mark.slow
def test_a_checkpoint_that_runs_code_is_refused_before_the_first_training(tmp_path):
    harmful = save_harmful(tmp_path / 'a.pth', tmp_path / 'victim')
    config = tmp_path / 'with_weights.py'
    config.write_text(f'_base_ = {str(CONFIG)!r}\nload_from = {str(harmful)!r}\n')
    outcome = call(config, '--iterations', '1', '--out', tmp_path / 'out')
    assert f'the checkpoint {str(harmful)!r} is refused' in outcome.stderr.splitlines()[-1]
    assert not (tmp_path / 'victim').exists()
    assert not (tmp_path / 'out').exists()
