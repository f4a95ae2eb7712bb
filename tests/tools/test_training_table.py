import sys
from pathlib import Path

import pytest
from builders.tools import load_tool

ROOT = Path(__file__).parents[2]
DEMO = ROOT / 'configs' / 'demo' / 'scr_mscan-nano_1xb4-adamw-200_street-scenes-96x192.py'


@pytest.fixture
def run(monkeypatch):
    tool = load_tool('training_table.py')

    def call(*arguments):
        monkeypatch.setattr(sys, 'argv', ['training_table.py', *map(str, arguments)])
        tool.main()

    return call


def test_prints_a_row_for_each_size_and_batch(run, capsys):
    run(DEMO, '--sizes', 64, '--batches', 1, 2, '--rounds', 1, '--channels-last', '--checkpointed')
    rows = [line for line in capsys.readouterr().out.splitlines() if line.startswith('| 64x64')]
    assert [row.split(' | ')[1] for row in rows] == ['1', '2']


@pytest.mark.parametrize('option', ['--sizes', '--batches', '--rounds'])
def test_zero_is_refused(run, capsys, option):
    with pytest.raises(SystemExit):
        run(DEMO, option, 0)
    assert 'take positive numbers' in capsys.readouterr().err
